import { isIP } from "node:net";
import { IceError, messageOf, type EgressClient, type EgressRequest, type EgressResponse } from "@ice/core";
import { egressDenied, egressFailed } from "./egress-error.ts";
import type { EgressOptions } from "./egress-options.ts";
import { HttpConnections, type Answer, type AnswerHead, type Sending } from "./http-connections.ts";
import { isPublicAddress } from "./public-address.ts";
import { lookUpPublic } from "./public-lookup.ts";

/** One request on its way: what it may reach, and for how long. */
interface Bounds {
  readonly anyAddress: boolean;
  readonly anyPort: boolean;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Aborts when the time is over, or the caller aborts. */
  readonly signal: AbortSignal;
  readonly timeout: AbortSignal;
}

/** HTTP that reaches only what its options allow. */
export class GuardedEgress implements EgressClient {
  readonly #options: Required<EgressOptions>;
  readonly #privateHosts: ReadonlySet<string>;
  readonly #toPublic = new HttpConnections(lookUpPublic);
  readonly #toAny = new HttpConnections();

  constructor(options: Required<EgressOptions>) {
    this.#options = options;
    this.#privateHosts = new Set(options.allowPrivate.map((host) => host.toLowerCase()));
  }

  async request(address: string, options: EgressRequest = {}): Promise<EgressResponse> {
    const { followRedirects = true } = options;
    const bounds = this.#boundsOf(options);
    let url = this.#check(address, bounds);
    let next: Sending = options;
    const targetOf = (head: AnswerHead): string | undefined => (followRedirects ? redirectOf(head) : undefined);
    for (let redirects = 0; ; redirects += 1) {
      const { text, ...head } = await this.#send(url, next, bounds, (head) => targetOf(head) === undefined);
      const location = targetOf(head);
      if (location === undefined) return { status: head.status, headers: joined(head), text };
      if (redirects >= this.#options.maxRedirects)
        throw egressFailed(url, `it redirects more than ${this.#options.maxRedirects} times`);
      const target = this.#check(URL.canParse(location, url) ? new URL(location, url).href : location, bounds);
      // Headers may hold secrets for the first address, and a body is not sent twice.
      next = target.origin === url.origin && head.status >= 307 ? next : { method: "GET" };
      url = target;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#toPublic.close(), this.#toAny.close()]);
  }

  #boundsOf({ signal, anyAddress, anyPort, ...own }: EgressRequest): Bounds {
    const { timeoutMs, idleMs, maxResponseBytes } = this.#options;
    const ms = own.timeoutMs ?? timeoutMs;
    const timeout = AbortSignal.timeout(Math.ceil(ms));
    return {
      anyAddress: anyAddress === true,
      anyPort: anyPort === true || anyAddress === true,
      idleMs: Math.ceil(own.idleMs ?? Math.min(idleMs, ms)),
      maxBytes: own.maxResponseBytes ?? maxResponseBytes,
      timeoutMs: ms,
      timeout,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    };
  }

  #check(address: string, { anyAddress, anyPort }: Bounds): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
      throw egressDenied(address, "is not an http or https address");
    if (url.username !== "" || url.password !== "") throw egressDenied(address, "holds a user name or password");
    if (anyAddress || this.#isNamed(url)) return url;
    const port = portOf(url);
    if (!anyPort && !this.#options.ports.includes(port)) throw egressDenied(address, `has the port ${port}`);
    // The parser has turned every spelling of an IPv4 address into the plain one.
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw egressDenied(address, "is not a public address");
    return url;
  }

  #isNamed(url: URL): boolean {
    return this.#privateHosts.has(`${url.hostname}:${portOf(url)}`);
  }

  async #send(url: URL, sending: Sending, bounds: Bounds, wantsBody: (head: AnswerHead) => boolean): Promise<Answer> {
    const connections = bounds.anyAddress || this.#isNamed(url) ? this.#toAny : this.#toPublic;
    try {
      return await connections.send(url, sending, { ...bounds, wantsBody });
    } catch (cause) {
      throw explain(url, cause, bounds);
    }
  }
}

function explain(url: URL, cause: unknown, { timeout, timeoutMs }: Bounds): IceError {
  if (IceError.is(cause)) return cause;
  return egressFailed(url, timeout.aborted ? `it took longer than ${timeoutMs} ms` : messageOf(cause), cause);
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === "https:" ? 443 : 80));

/** Where an answer redirects to; several addresses are none. */
function redirectOf({ status, headers }: AnswerHead): string | undefined {
  const locations = status >= 300 && status <= 399 ? (headers.get("location") ?? []) : [];
  return locations.length === 1 ? locations[0] : undefined;
}

const joined = ({ headers }: AnswerHead): Record<string, string> =>
  Object.fromEntries(Array.from(headers, ([name, values]) => [name, values.join(", ")]));
