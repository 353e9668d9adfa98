import { lookup as lookUp } from "node:dns";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { IceError, isPlainObject, type Json, type JsonObject } from "@ice/core";

/** HTTP to the hosts that were granted. Redirects are not followed: the guest sees them and may ask again. */
export interface GrantedHttp {
  /** `{ url, method?, headers?, body? }` → `{ status, headers, body }`; the body is text. */
  fetch(request: JsonObject): Promise<Json>;
}

export interface GrantHttpOptions {
  /** Hosts that the process owner allows: `api.example.com`, or `*.example.com` for everything below. */
  readonly owner: readonly string[];
  /** Whether addresses of this machine and of private networks may be reached. Default false. */
  readonly privateAddresses?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of silence after which a request fails. Default 10,000. */
  readonly timeoutMs?: number;
}

const mostBodyBytes = 1_048_576;
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** @throws IceError `ICE_SANDBOX_DENIED` for a host that the owner does not allow. */
export function grantHttp(
  asked: readonly string[],
  { owner, privateAddresses = false, signal, timeoutMs = 10_000 }: GrantHttpOptions,
): GrantedHttp {
  for (const host of asked)
    if (!owner.includes(host) && !owner.some((pattern) => !host.startsWith("*") && matches(pattern, host)))
      throw denied(`The host "${host}" may not be granted: the process owner does not allow it.`);
  return {
    fetch(options) {
      const url = parseUrl(options["url"]);
      const host = url.hostname.replace(/^\[|\]$/g, "");
      if (!asked.some((pattern) => matches(pattern, host))) throw denied(`The host "${host}" is not granted.`);
      if (!privateAddresses && isIP(host) !== 0 && isPrivate(host)) throw denied(`The address ${host} is not public.`);
      return send(url, options, { lookup: privateAddresses ? undefined : lookUpPublic, signal, timeoutMs });
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

interface SendOptions {
  readonly lookup: LookupFunction | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

function send(url: URL, options: JsonObject, { lookup, signal, timeoutMs }: SendOptions): Promise<Json> {
  const method = typeof options["method"] === "string" ? options["method"].toUpperCase() : "GET";
  if (!methods.has(method))
    throw new IceError("ICE_INPUT_INVALID", `\`http.fetch\` has no method "${method.slice(0, 20)}".`);
  const body = typeof options["body"] === "string" ? options["body"] : undefined;
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(
      url,
      {
        method,
        headers: headersOf(options["headers"], url),
        timeout: timeoutMs,
        agent: false,
        ...(lookup === undefined ? {} : { lookup }),
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => void readBody(response).then((text) => resolve(describe(response, text)), reject),
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}

function headersOf(value: Json | undefined, { host }: URL): Record<string, string> {
  const headers: Record<string, string> = {};
  if (isPlainObject(value))
    for (const [name, text] of Object.entries(value))
      if (typeof text === "string" && !reserved.has(name.toLowerCase())) headers[name] = text;
  return { ...headers, host };
}

/** Headers that belong to the connection. */
const reserved: ReadonlySet<string> = new Set(["host", "connection", "upgrade", "transfer-encoding", "content-length"]);

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBodyBytes) {
      response.destroy();
      throw new Error(`the answer is larger than ${mostBodyBytes} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function describe({ statusCode = 0, headers }: IncomingMessage, body: string): Json {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  return { status: statusCode, headers: flat, body };
}

function matches(pattern: string, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1).toLowerCase()) : name === pattern.toLowerCase();
}

/** Looks a name up and refuses every address that is not public, on the connection that is really made. */
const lookUpPublic: LookupFunction = (host, options, callback) => {
  lookUp(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const closed = addresses.find(({ address }) => isPrivate(address));
    if (closed !== undefined)
      return callback(denied(`"${host}" has the address ${closed.address}, which is not public.`) as Error, "", 0);
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    return callback(null, first?.address ?? "", first?.family ?? 0);
  });
};

/** Networks that are not public (IANA special-purpose registries), and IPv6 forms that hold an IPv4 address. */
const special: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

function isPrivate(address: string): boolean {
  const list = new BlockList();
  for (const [network, bits] of special) list.addSubnet(network, bits, network.includes(":") ? "ipv6" : "ipv4");
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function denied(message: string): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, { fix: "allow the host (sandbox.allow.http), or grant another" });
}
