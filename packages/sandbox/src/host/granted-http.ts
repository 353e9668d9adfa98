import { IceError, type EgressClient, type Json, type JsonObject } from "@ice/core";
import { isPlainObject, shorten } from "@ice/core/internal";
import { connectionHeaders, isAbout, isWithin, parseHostRule, type HostRule } from "@ice/host";
import { WaitClock } from "./wait-clock.ts";

/** HTTP to granted hosts. Redirects are returned to the guest, which may follow them with another request. */
export interface GrantedHttp {
  /** `{ url, method?, headers?, body? }` → `{ status, headers, body }`; the body is text. */
  fetch(request: JsonObject): Promise<Json>;
}

/** Time limits of the HTTP requests of an execution. */
export interface HttpTimes {
  /** Maximum milliseconds without a byte of a request. Default 10,000. */
  readonly idleMs?: number | undefined;
  /** Maximum milliseconds of a request, from the DNS lookup to the last byte. Default 30,000. */
  readonly requestMs?: number | undefined;
  /** Maximum milliseconds in which an execution has open requests, in total. Default 60,000. */
  readonly totalMs?: number | undefined;
}

export interface GrantHttpOptions {
  readonly egress: EgressClient;
  /** Hosts that the process owner allows: `host`, `*.host`, `host:port`. */
  readonly owner: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly times?: HttpTimes | undefined;
  readonly stopwatch: () => number;
}

const maxBodyBytes = 1_048_576;
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** @throws IceError `ICE_SANDBOX_DENIED` for a host that the owner does not allow. */
export function grantHttp(
  asked: readonly string[],
  { egress, owner, signal, times = {}, stopwatch }: GrantHttpOptions,
): GrantedHttp {
  const { idleMs = 10_000, requestMs = 30_000, totalMs = 60_000 } = times;
  const allowed = owner.map((entry) => parseHostRule(entry, "allow.http"));
  const granted = asked.map((host) => grantedRule(host, allowed));
  const clock = new WaitClock(stopwatch);

  async function send(url: URL, options: JsonObject, timeoutMs: number): Promise<Json> {
    try {
      const { status, headers, text } = await egress.request(url.href, {
        ...sendingOf(options),
        signal,
        followRedirects: false,
        reach: "listed",
        maxResponseBytes: maxBodyBytes,
        timeoutMs,
        idleMs: Math.min(idleMs, timeoutMs),
      });
      return { status, headers, body: text };
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_EGRESS_DENIED") throw error;
      throw denied(error.message, error);
    }
  }

  return {
    async fetch(options) {
      const url = parseUrl(options["url"]);
      if (!granted.some((rule) => isAbout(rule, url))) throw denied(`The host "${url.host}" is not granted.`);
      const leftMs = totalMs - clock.totalMs;
      if (leftMs <= 0)
        throw new IceError("ICE_EGRESS_FAILED", `The code has waited ${totalMs} ms for HTTP, which is the limit.`, {
          fix: "request less, or have the owner raise `sandbox.http.totalMs`",
        });
      return clock.during(send(url, options, Math.min(requestMs, leftMs)));
    },
  };
}

function parseUrl(value: Json | undefined): URL {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw new IceError("ICE_INPUT_INVALID", "`http.fetch` needs a URL.");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw denied(`The scheme ${url.protocol} is not granted.`);
  if (url.username !== "" || url.password !== "") throw denied("A URL with a user name is not granted.");
  return url;
}

interface Sending {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
}

function sendingOf({ method: wanted, headers: asked, body }: JsonObject): Sending {
  const method = typeof wanted === "string" ? wanted.toUpperCase() : "GET";
  if (!methods.has(method))
    throw new IceError("ICE_INPUT_INVALID", `\`http.fetch\` has no method "${method.slice(0, 20)}".`);
  const headers: Record<string, string> = {};
  if (isPlainObject(asked))
    for (const [name, text] of Object.entries(asked))
      if (typeof text === "string" && !connectionHeaders.has(name.toLowerCase())) headers[name] = text;
  return { method, headers, ...(typeof body === "string" ? { body } : {}) };
}

/** @throws IceError `ICE_SANDBOX_DENIED` for an invalid host, or one that the owner does not allow. */
function grantedRule(host: string, allowed: readonly HostRule[]): HostRule {
  const rule = hostRule(host);
  if (rule !== undefined && allowed.some((entry) => isWithin(rule, entry))) return rule;
  throw denied(`The host "${shorten(host)}" may not be granted: the process owner does not allow it.`);
}

function hostRule(host: string): HostRule | undefined {
  try {
    return parseHostRule(host, "grants.http");
  } catch {
    return undefined; // then it cannot be allowed either
  }
}

function denied(message: string, cause?: unknown): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, {
    fix: "allow the host (`allow.http`), or grant another one",
    cause,
  });
}
