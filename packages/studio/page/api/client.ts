import { createClient } from "@ice/client";
import { mayTry, reportConnected } from "./connection.ts";
import { savedToken } from "./session.ts";

const whenUnauthorized = new Set<() => void>();

/** Calls back when the server refuses the token. Returns an unsubscribe function. */
export function onUnauthorized(callback: () => void): () => void {
  whenUnauthorized.add(callback);
  return () => whenUnauthorized.delete(callback);
}

/** The server that the page was loaded from, with the token of the session. */
export const client = createClient({
  url: location.origin,
  token: () => savedToken() ?? "",
  fetch: observedFetch,
});

/** Every request says whether the server is there, and whether the session still holds. Without a server, few are sent. */
async function observedFetch(...call: Parameters<typeof fetch>): Promise<Response> {
  const isRead = (call[1]?.method ?? "GET") === "GET";
  if (isRead && !mayTry()) throw new TypeError("it does not answer, and is asked again soon");
  try {
    const answer = await fetch(...call);
    reportConnected(true);
    if (answer.status === 401) for (const callback of whenUnauthorized) callback();
    return answer;
  } catch (error) {
    const signal = call[1]?.signal;
    const isOwn = signal?.aborted === true && (signal.reason as Error | undefined)?.name !== "TimeoutError";
    if (!isOwn) reportConnected(false);
    throw error;
  }
}
