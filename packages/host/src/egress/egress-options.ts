/** Options of `createEgressClient`: allowed addresses, and bounds. */
export interface EgressOptions {
  /** `host:port` pairs that are allowed although their addresses are not public. Default none. */
  readonly allowPrivate?: readonly string[];
  /** Allowed ports. Default 80 and 443. */
  readonly ports?: readonly number[];
  /** Maximum size of a response body, in bytes. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Time limit of a request from the look-up to the last byte, redirects included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Maximum milliseconds without a byte. Default: `timeoutMs`. */
  readonly idleMs?: number;
  /** Maximum number of redirects, each checked like the first address. Default 3. */
  readonly maxRedirects?: number;
}
