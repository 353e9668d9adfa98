import { lookup as resolveName } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { IceError, messageOf } from "@ice/core";
import ipaddr from "ipaddr.js";
import type { Agent, Dispatcher } from "undici";

export interface EgressOptions {
  /** `host:port` pairs that may be reached although their addresses are not public. Default none. */
  readonly allowPrivate?: readonly string[];
  /** Ports that may be reached. Default 80 and 443. */
  readonly ports?: readonly number[];
  /** Largest response body, in bytes. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Time limit of a request, redirects included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Redirects that are followed, each checked like the first address. Default 3. */
  readonly maxRedirects?: number;
}

export interface EgressRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface EgressResponse {
  readonly status: number;
  readonly text: string;
}

/**
 * HTTP to public addresses only: what is checked is the address that is really connected, so that a name that resolves to a
 * private one, or to another one the second time, gains nothing. Knows no proxy.
 */
export class Egress {
  readonly #privateHosts: ReadonlySet<string>;
  readonly #ports: ReadonlySet<number>;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #maxRedirects: number;
  #publicAgent: Promise<Agent> | undefined;
  #privateAgent: Promise<Agent> | undefined;

  constructor({
    allowPrivate = [],
    ports = [80, 443],
    maxResponseBytes = 1024 * 1024,
    timeoutMs = 10_000,
    maxRedirects = 3,
  }: EgressOptions = {}) {
    this.#privateHosts = new Set(allowPrivate.map((host) => host.toLowerCase()));
    this.#ports = new Set(ports);
    this.#maxBytes = maxResponseBytes;
    this.#timeoutMs = timeoutMs;
    this.#maxRedirects = maxRedirects;
  }

  /** @throws IceError `ICE_EGRESS_DENIED` for an address that may not be reached, `ICE_EGRESS_FAILED` for everything else. */
  async request(address: string, { signal, ...request }: EgressRequest = {}): Promise<EgressResponse> {
    const limit = AbortSignal.timeout(this.#timeoutMs);
    const limited = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    let url = this.#check(address);
    let next: Omit<EgressRequest, "signal"> = request;
    for (let redirects = 0; ; redirects += 1) {
      const { statusCode, headers, body } = await this.#send(url, next, limited);
      const location = headers["location"];
      if (statusCode < 300 || statusCode > 399 || typeof location !== "string")
        return { status: statusCode, text: await this.#read(url, body) };
      await body.dump();
      if (redirects >= this.#maxRedirects) throw failed(url, `it redirects more than ${this.#maxRedirects} times`);
      const target = this.#check(new URL(location, url).href);
      // Headers may hold secrets for the first address, and a body is not sent twice.
      next = target.origin === url.origin && statusCode >= 307 ? next : { method: "GET" };
      url = target;
    }
  }

  async close(): Promise<void> {
    for (const agent of [this.#publicAgent, this.#privateAgent]) await (await agent)?.close();
  }

  #check(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
      throw denied(address, "is not an http or https address");
    if (url.username !== "" || url.password !== "") throw denied(address, "holds a user name or password");
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    if (this.#isAllowed(url)) return url;
    if (!this.#ports.has(port)) throw denied(address, `has the port ${port}`);
    // The parser has turned every spelling of an IPv4 address into the plain one.
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    if (isIP(host) !== 0 && !isPublic(host)) throw denied(address, "is not a public address");
    return url;
  }

  #isAllowed(url: URL): boolean {
    return this.#privateHosts.has(`${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`);
  }

  async #send(
    url: URL,
    { method = "GET", headers = {}, body }: Omit<EgressRequest, "signal">,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const agent = await (this.#isAllowed(url)
      ? (this.#privateAgent ??= this.#createAgent())
      : (this.#publicAgent ??= this.#createAgent({ lookup: lookUpPublic })));
    try {
      return await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { ...headers },
        signal,
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      if (IceError.is(cause)) throw cause;
      throw failed(url, messageOf(cause), cause);
    }
  }

  async #read(url: URL, body: Dispatcher.ResponseData["body"]): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > this.#maxBytes) throw failed(url, `its answer has more than ${this.#maxBytes} bytes`);
        chunks.push(chunk);
      }
    } catch (cause) {
      if (IceError.is(cause)) throw cause;
      throw failed(url, messageOf(cause), cause);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  async #createAgent(connect: { readonly lookup?: LookupFunction } = {}): Promise<Agent> {
    // Loaded at the first request: it costs start-up time.
    const undici = await import("undici");
    return new undici.Agent({ connect, headersTimeout: this.#timeoutMs, bodyTimeout: this.#timeoutMs });
  }
}

/** Resolves a name for a connection; one address that is not public is enough to refuse it. */
const lookUpPublic: LookupFunction = (host, options, callback) => {
  resolveName(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    if (addresses.some(({ address }) => !isPublic(address)))
      return callback(denied(host, "does not resolve to public addresses only") as NodeJS.ErrnoException, []);
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** Addresses that the internet routes: everything else is this machine, a private network or reserved. */
const isPublic = (address: string): boolean => ipaddr.process(address).range() === "unicast";

function denied(address: string, why: string): IceError {
  return new IceError("ICE_EGRESS_DENIED", `"${address.slice(0, 200)}" ${why}.`, {
    fix: "use a public http(s) address, or let the owner of the process allow this one",
  });
}

function failed({ origin }: URL, why: string, cause?: unknown): IceError {
  return new IceError("ICE_EGRESS_FAILED", `The request to ${origin} failed: ${why}.`, {
    fix: "look at the server, or try again later",
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
