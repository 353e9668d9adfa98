import { isIP } from "node:net";
import { IceError, messageOf, type EgressClient, type EgressRequest, type EgressResponse } from "@ice/core";
import type { Agent, Dispatcher } from "undici";
import { egressDenied, egressFailed } from "./egress-error.ts";
import { isPublicAddress } from "./public-address.ts";
import { lookUpPublic } from "./public-lookup.ts";

export interface EgressOptions {
  /** `host:port` pairs that may be reached although their addresses are not public. Default none. */
  readonly allowPrivate?: readonly string[];
  /** Ports that may be reached. Default 80 and 443. */
  readonly ports?: readonly number[];
  /** Largest response body, in bytes. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Time limit of a request from the look-up to the last byte, redirects included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Most milliseconds without a byte. Default: `timeoutMs`. */
  readonly idleMs?: number;
  /** Redirects that are followed, each checked like the first address. Default 3. */
  readonly maxRedirects?: number;
}

/** HTTP to public addresses, and to the private ones that the owner of the process names. Knows no proxy. */
export function createEgressClient(options: EgressOptions = {}): EgressClient {
  return new GuardedEgress(options);
}

type Sending = Pick<EgressRequest, "method" | "headers" | "body">;

/** One request on its way: what it may reach, and for how long. */
interface Bounds {
  readonly anyAddress: boolean;
  readonly anyPort: boolean;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Aborts when the time is over, or the caller gives up. */
  readonly signal: AbortSignal;
  readonly timeout: AbortSignal;
}

class GuardedEgress implements EgressClient {
  readonly #options: Required<EgressOptions>;
  readonly #privateHosts: ReadonlySet<string>;
  #publicAgent: Promise<Agent> | undefined;
  #privateAgent: Promise<Agent> | undefined;

  constructor({
    allowPrivate = [],
    ports = [80, 443],
    maxResponseBytes = 1024 * 1024,
    timeoutMs = 10_000,
    idleMs = timeoutMs,
    maxRedirects = 3,
  }: EgressOptions) {
    this.#options = { allowPrivate, ports, maxResponseBytes, timeoutMs, idleMs, maxRedirects };
    this.#privateHosts = new Set(allowPrivate.map((host) => host.toLowerCase()));
  }

  async request(address: string, options: EgressRequest = {}): Promise<EgressResponse> {
    const { followRedirects = true } = options;
    const bounds = this.#boundsOf(options);
    let url = this.#check(address, bounds);
    let next: Sending = options;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#send(url, next, bounds);
      const { statusCode, headers, body } = response;
      const location = headers["location"];
      if (!followRedirects || statusCode < 300 || statusCode > 399 || typeof location !== "string")
        return { status: statusCode, headers: flat(headers), text: await this.#read(url, body, bounds) };
      body.on("error", () => {}).destroy(); // nothing of it is wanted
      if (redirects >= this.#options.maxRedirects)
        throw egressFailed(url, `it redirects more than ${this.#options.maxRedirects} times`);
      const target = this.#check(URL.canParse(location, url) ? new URL(location, url).href : location, bounds);
      // Headers may hold secrets for the first address, and a body is not sent twice.
      next = target.origin === url.origin && statusCode >= 307 ? next : { method: "GET" };
      url = target;
    }
  }

  async close(): Promise<void> {
    const agents = [this.#publicAgent, this.#privateAgent];
    this.#publicAgent = undefined;
    this.#privateAgent = undefined;
    for (const agent of agents) await (await agent)?.destroy();
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

  async #send(url: URL, sending: Sending, bounds: Bounds): Promise<Dispatcher.ResponseData> {
    const { method = "GET", headers = {}, body } = sending;
    const agent = await (bounds.anyAddress || this.#isNamed(url)
      ? (this.#privateAgent ??= createAgent())
      : (this.#publicAgent ??= createAgent({ lookup: lookUpPublic })));
    try {
      return await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { ...headers },
        signal: bounds.signal,
        headersTimeout: bounds.idleMs,
        bodyTimeout: bounds.idleMs,
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      throw explain(url, cause, bounds);
    }
  }

  async #read(url: URL, body: Dispatcher.ResponseData["body"], bounds: Bounds): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > bounds.maxBytes) throw egressFailed(url, `its answer has more than ${bounds.maxBytes} bytes`);
        chunks.push(chunk);
      }
    } catch (cause) {
      throw explain(url, cause, bounds);
    }
    return Buffer.concat(chunks).toString("utf8");
  }
}

async function createAgent(connect: object = {}): Promise<Agent> {
  // Loaded at the first request: it costs start-up time.
  const undici = await import("undici");
  return new undici.Agent({ connect });
}

function explain(url: URL, cause: unknown, { timeout, timeoutMs }: Bounds): IceError {
  if (IceError.is(cause)) return cause;
  return egressFailed(url, timeout.aborted ? `it took longer than ${timeoutMs} ms` : messageOf(cause), cause);
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === "https:" ? 443 : 80));

function flat(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(", ") : value;
  return joined;
}
