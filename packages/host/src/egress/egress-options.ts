/** Options of `createEgressClient`: allowed addresses, and bounds. */
export interface EgressOptions {
  /**
   * Hosts that requests for blueprints, models and code may reach: `host` and `*.host` (public addresses, ports 80 and 443),
   * `host:port` (exactly that, also a private one; every request may reach it). Default none.
   */
  readonly allow?: readonly string[] | undefined;
  /** Maximum size of a response body, in bytes. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Time limit of a request from the DNS lookup to the last byte, redirects included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Maximum milliseconds without a byte. Default: `timeoutMs`. */
  readonly idleMs?: number;
  /** Maximum number of redirects, each checked like the first address. Default 3. */
  readonly maxRedirects?: number;
}
