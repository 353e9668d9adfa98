import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** One HTTP request and its bounds. */
export interface EgressRequest {
  /** Default GET. */
  readonly method?: string | undefined;
  /** `host`, `content-length` and the other headers of the connection are the client's own: they are ignored here. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether redirects are followed, each checked like the first address, or handed back. Default true. */
  readonly followRedirects?: boolean | undefined;
  /** Whether any port and addresses that are not public may be reached. The owner's to say. Default: what the client allows. */
  readonly anyAddress?: boolean | undefined;
  /** Whether any port of a public address may be reached. Default: what the client allows. */
  readonly anyPort?: boolean | undefined;
  /** Most milliseconds from the first look-up to the last byte, redirects included. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Most milliseconds without a byte. Default: the client's. */
  readonly idleMs?: number | undefined;
  /** Most bytes of the body of the answer. Default: the client's. */
  readonly maxResponseBytes?: number | undefined;
}

/** The answer to an HTTP request. */
export interface EgressResponse {
  readonly status: number;
  /** Names in lower case; several headers of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8. */
  readonly text: string;
}

/**
 * HTTP for tools, alerts and code. Only public addresses are reached, unless the owner says otherwise; what counts is the
 * address that is really connected, so a name that resolves to a private one is refused. Requests are bounded in time, silence
 * and size.
 */
export interface EgressClient {
  /**
   * @throws IceError `ICE_EGRESS_DENIED` for an address that may not be reached, `ICE_EGRESS_FAILED` for everything else, with
   * `retryable`.
   */
  request(url: string, options?: EgressRequest): Promise<EgressResponse>;
  /** Ends the connections and what is under way. Calling it twice is harmless. */
  close(): Promise<void>;
}

export const EgressClient: ServiceKey<EgressClient> = serviceKey("egressClient");
