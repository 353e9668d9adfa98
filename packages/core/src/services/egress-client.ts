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
  /** Which addresses the request may reach. Default `public`. */
  readonly reach?: EgressReach | undefined;
  /** Maximum milliseconds from the first look-up to the last byte, redirects included. Default: that of the client. */
  readonly timeoutMs?: number | undefined;
  /** Maximum milliseconds without a byte. Default: that of the client. */
  readonly idleMs?: number | undefined;
  /** Maximum bytes of the response body. Default: that of the client. */
  readonly maxResponseBytes?: number | undefined;
}

/**
 * Which addresses a request may reach:
 *
 * - `listed`: the hosts that the owner allows (`allow.http`), for an address that a blueprint, a model or code has chosen. An
 *   entry `host` or `*.host` stands for public addresses at the ports 80 and 443, `host:port` for exactly that, also a private one.
 * - `public`: public addresses at the ports 80 and 443, and every `host:port` of the owner, for an address in a program.
 * - `configured`: the origin of the given address, whatever it is, because the owner has configured it; elsewhere, after a
 *   redirect, as `public`.
 */
export type EgressReach = "listed" | "public" | "configured";

/** The response to an HTTP request. */
export interface EgressResponse {
  readonly status: number;
  /** Names in lower case; several headers of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8. */
  readonly text: string;
}

/**
 * HTTP for tools, alerts and code. Only public addresses are reached, unless the owner allows others. The address of the actual
 * connection is checked, so a name that resolves to a private one is refused. Total time, idle time and size are bounded. Headers
 * and body of a request go to the origin of its address only, also when it is redirected.
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
