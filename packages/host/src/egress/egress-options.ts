/** What the HTTP client may reach, and its bounds. */
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
