import { isIP } from "node:net";
import {
  IceError,
  messageOf,
  type EgressClient,
  type EgressReach,
  type EgressRequest,
  type EgressResponse,
} from "@ice/core";
import { egressDenied, egressFailed } from "./egress-error.ts";
import type { EgressOptions } from "./egress-options.ts";
import { isAbout, isUsualPort, portOf, type HostRule } from "./host-rule.ts";
import { HttpConnections, type Answer, type AnswerHead, type Sending } from "./http-connections.ts";
import { isPublicAddress } from "./public-address.ts";
import { lookUpPublic } from "./public-lookup.ts";

/** What a request may reach, and its limits. */
interface Bounds {
  readonly reach: EgressReach;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Aborts when the time is over, or the caller aborts. */
  readonly signal: AbortSignal;
  readonly timeout: AbortSignal;
}

export type GuardedEgressOptions = Required<Omit<EgressOptions, "allow">> & { readonly rules: readonly HostRule[] };

/** A checked address, and the connections to reach it. */
interface Target {
  readonly url: URL;
  readonly connections: HttpConnections;
}

/** HTTP that reaches only what its options allow. */
export class GuardedEgress implements EgressClient {
  readonly #options: GuardedEgressOptions;
  readonly #toPublic = new HttpConnections(lookUpPublic);
  readonly #toAny = new HttpConnections();

  constructor(options: GuardedEgressOptions) {
    this.#options = options;
  }

  async request(address: string, options: EgressRequest = {}): Promise<EgressResponse> {
    const { followRedirects = true } = options;
    const bounds = this.#boundsOf(options);
    const first = this.#check(address, bounds.reach);
    let target = first;
    let next: Sending = options;
    const locationOf = (head: AnswerHead): string | undefined => (followRedirects ? redirectOf(head) : undefined);
    for (let redirects = 0; ; redirects += 1) {
      const { url } = target;
      const { text, ...head } = await this.#send(target, next, bounds, (head) => locationOf(head) === undefined);
      const location = locationOf(head);
      if (location === undefined) return { status: head.status, headers: joined(head), text };
      if (redirects >= this.#options.maxRedirects)
        throw egressFailed(url, `it redirects more than ${this.#options.maxRedirects} times`);
      const where = URL.canParse(location, url) ? new URL(location, url).href : location;
      target = this.#check(where, bounds.reach, first.url);
      next = redirected(next, head.status, target.url.origin === first.url.origin && url.origin === first.url.origin);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#toPublic.close(), this.#toAny.close()]);
  }

  #boundsOf({ signal, reach = "public", ...own }: EgressRequest): Bounds {
    const { timeoutMs, idleMs, maxResponseBytes } = this.#options;
    const ms = own.timeoutMs ?? timeoutMs;
    const timeout = AbortSignal.timeout(Math.ceil(ms));
    return {
      reach,
      idleMs: Math.ceil(own.idleMs ?? Math.min(idleMs, ms)),
      maxBytes: own.maxResponseBytes ?? maxResponseBytes,
      timeoutMs: ms,
      timeout,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    };
  }

  /** @param first - the address before any redirect; undefined for that address itself. */
  #check(address: string, reach: EgressReach, first?: URL): Target {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
      throw egressDenied(address, "is not an http or https address");
    if (url.username !== "" || url.password !== "") throw egressDenied(address, "contains a user name or password");
    const rules = this.#options.rules.filter((rule) => isAbout(rule, url));
    const isConfigured = reach === "configured" && (first === undefined || first.origin === url.origin);
    if (isConfigured || rules.some(({ port }) => port !== undefined)) return { url, connections: this.#toAny };
    if (reach === "listed" && rules.length === 0)
      throw egressDenied(
        address,
        "is not on the owner's list of hosts",
        `let the owner add "${url.host}" to \`allow.http\``,
      );
    if (!isUsualPort(url)) throw egressDenied(address, `has the port ${portOf(url)}`);
    // The parser has turned every spelling of an IPv4 address into the plain one.
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw egressDenied(address, "is not a public address");
    return { url, connections: this.#toPublic };
  }

  async #send(
    { url, connections }: Target,
    sending: Sending,
    bounds: Bounds,
    wantsBody: (head: AnswerHead) => boolean,
  ): Promise<Answer> {
    try {
      return await connections.send(url, sending, { ...bounds, wantsBody });
    } catch (cause) {
      throw explain(url, cause, bounds);
    }
  }
}

/**
 * The request to the target of a redirect. Headers may hold secrets for the first origin: they are dropped as soon as a
 * redirect leaves it. A body is sent again only where the status says so.
 */
function redirected({ method = "GET", headers, body }: Sending, status: number, stays: boolean): Sending {
  const again = method === "HEAD" ? method : "GET";
  if (!stays) return { method: again };
  if (status >= 307) return { method, headers, body };
  const kept = Object.entries(headers ?? {}).filter(([name]) => !/^content-/i.test(name));
  return { method: again, headers: Object.fromEntries(kept) };
}

function explain(url: URL, cause: unknown, { timeout, timeoutMs }: Bounds): IceError {
  if (IceError.is(cause)) return cause;
  return egressFailed(url, timeout.aborted ? `it took longer than ${timeoutMs} ms` : messageOf(cause), cause);
}

/** Where an answer redirects to; several addresses are none. */
function redirectOf({ status, headers }: AnswerHead): string | undefined {
  const locations = status >= 300 && status <= 399 ? (headers.get("location") ?? []) : [];
  return locations.length === 1 ? locations[0] : undefined;
}

const joined = ({ headers }: AnswerHead): Record<string, string> =>
  Object.fromEntries(Array.from(headers, ([name, values]) => [name, values.join(", ")]));
