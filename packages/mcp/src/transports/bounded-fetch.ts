import type { IceError } from "@ice/core";
import { tooLarge } from "../results/mcp-error.ts";
import type { ReceivedBytes } from "./received-bytes.ts";

/** Requests to one server: redirects are not followed, because they would forward headers, and answers are bounded. */
export interface BoundedFetch {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Why an answer was cut off. */
  readonly failure: () => IceError | undefined;
}

export function boundedFetch(server: string, received: ReceivedBytes): BoundedFetch {
  let failure: IceError | undefined;
  return {
    failure: () => failure,
    async fetch(url, init) {
      if (init?.method === "POST") received.onRequest();
      const response = await fetch(url, { ...init, redirect: "error" });
      if (response.body === null) return response;
      const isStream = /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
      let left = isStream ? Infinity : received.perMessage;
      const bounded = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          left -= chunk.length;
          if (left >= 0 && received.accepts(chunk.length)) return controller.enqueue(chunk);
          failure = tooLarge(server, isStream ? "messages" : "an answer", received.perMessage);
          controller.error(failure);
        },
      });
      const { status, statusText, headers } = response;
      return new Response(response.body.pipeThrough(bounded), { status, statusText, headers });
    },
  };
}
