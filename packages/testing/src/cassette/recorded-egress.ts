import type { EgressClient, EgressRequest, EgressResponse, Json } from "@ice/core";
import { canonicalJson } from "./canonical-json.ts";
import type { Tape } from "./tape.ts";

/** Headers that are recorded; others may hold a secret under any name, or change with each request. */
const keptHeaders: readonly string[] = [
  "accept",
  "accept-language",
  "content-language",
  "content-type",
  "etag",
  "last-modified",
  "link",
  "location",
  "retry-after",
  "retry-after-ms",
];

/** An HTTP client whose responses come from a tape, or go to it. @param headers - names of additional headers to record. */
export function recordedEgress(
  tape: Tape,
  live: EgressClient | undefined,
  headers: readonly string[] = [],
): EgressClient {
  const kept = new Set([...keptHeaders, ...headers.map((name) => name.toLowerCase())]);
  return {
    async request(url, options = {}) {
      const { answer, isLive } = await tape.play({
        kind: "http",
        request: requestOf(url, options, kept),
        live: live && (async () => new Recorded(await live.request(url, options), kept)),
        signal: options.signal,
      });
      return isLive ? (answer as Recorded).response : responseOf(answer as RecordedResponse);
    },
    close: async () => live?.close(),
  };
}

/** A body that is JSON is recorded as its value. */
type Body = { readonly text: string } | { readonly json: Json };
type RecordedResponse = Pick<EgressResponse, "status" | "headers"> & Body;

/** A response: the caller gets it unchanged, its JSON is what is recorded. */
class Recorded {
  readonly response: EgressResponse;
  readonly #kept: ReadonlySet<string>;

  constructor(response: EgressResponse, kept: ReadonlySet<string>) {
    this.response = response;
    this.#kept = kept;
  }

  toJSON(): RecordedResponse {
    const { status, headers, text } = this.response;
    return { status, headers: pick(headers, this.#kept), ...bodyOf(text) };
  }
}

function requestOf(
  url: string,
  { method = "GET", headers = {}, body }: EgressRequest,
  kept: ReadonlySet<string>,
): Json {
  return canonicalJson({ method, url, headers: pick(headers, kept), ...(body !== undefined && bodyOf(body)) });
}

function responseOf(response: RecordedResponse): EgressResponse {
  const { status, headers } = response;
  return { status, headers, text: "json" in response ? JSON.stringify(response.json) : response.text };
}

/** JSON only if writing it again gives the same text. */
function bodyOf(text: string): Body {
  try {
    const json = JSON.parse(text) as Json;
    return JSON.stringify(json) === text ? { json } : { text };
  } catch {
    return { text };
  }
}

function pick(headers: Readonly<Record<string, string>>, kept: ReadonlySet<string>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(entries.filter(([name]) => kept.has(name)));
}
