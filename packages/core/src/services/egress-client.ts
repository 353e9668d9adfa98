import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** One HTTP request and its bounds. */
export interface EgressRequest {
  /** Default GET. */
  readonly method?: string | undefined;
  /** `host`, `content-length` and other headers of the connection are set by the client and ignored here. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether redirects are followed, each checked like the first address, or returned. Default true. */
  readonly followRedirects?: boolean | undefined;
  /** Whether any port and non-public addresses are allowed, as the owner decides. Default: that of the client. */
  readonly anyAddress?: boolean | undefined;
  /** Whether any port of a public address is allowed. Default: that of the client. */
  readonly anyPort?: boolean | undefined;
  /** Maximum milliseconds from the first look-up to the last byte, redirects included. Default: that of the client. */
  readonly timeoutMs?: number | undefined;
  /** Maximum milliseconds without a byte. Default: that of the client. */
  readonly idleMs?: number | undefined;
  /** Maximum bytes of the response body. Default: that of the client. */
  readonly maxResponseBytes?: number | undefined;
}

/** The response to an HTTP request. */
export interface EgressResponse {
  readonly status: number;
  /** Names in lower case; several headers of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8. */
  readonly text: string;
}

/**
 * HTTP for tools, alerts and code. Only public addresses are allowed, unless the owner allows others. The address of the actual
 * connection is checked, so a name that resolves to a private one is refused. Total time, idle time and size are bounded.
 */
export interface EgressClient {
  /**
   * Sends a request.
   *
   * @throws IceError `ICE_EGRESS_DENIED` for an address that is not allowed, `ICE_EGRESS_FAILED` for everything else, with
   * `retryable`.
   */
  request(url: string, options?: EgressRequest): Promise<EgressResponse>;
  /** Closes all connections and aborts pending requests. Further calls have no effect. */
  close(): Promise<void>;
}

export const EgressClient: ServiceKey<EgressClient> = serviceKey("egressClient");
