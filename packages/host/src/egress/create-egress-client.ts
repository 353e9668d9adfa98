import type { EgressClient, EgressRequest, EgressResponse } from "@ice/core";
import { checkNumbers, maxTimerMs } from "@ice/core/internal";
import type { EgressOptions } from "./egress-options.ts";
import type { GuardedEgress, GuardedEgressOptions } from "./guarded-egress.ts";
import { parseHostRule } from "./host-rule.ts";

/**
 * Creates an HTTP client for public addresses, and for the private ones that the owner of the process allows. Does not use
 * proxies.
 *
 * @throws IceError `ICE_USAGE` for an option that is not a number, or out of bounds, and for an entry that is not a host.
 */
export function createEgressClient({
  allow = [],
  maxResponseBytes = 1024 * 1024,
  timeoutMs = 10_000,
  idleMs = timeoutMs,
  maxRedirects = 3,
}: EgressOptions = {}): EgressClient {
  const of = "the HTTP client";
  checkNumbers(of, { maxResponseBytes, maxRedirects });
  checkNumbers(of, { timeoutMs, idleMs }, { min: 1, max: maxTimerMs });
  const rules = allow.map((entry) => parseHostRule(entry, "allow.http"));
  return new LazyEgress({ rules, maxResponseBytes, timeoutMs, idleMs, maxRedirects });
}

/** HTTP is loaded with the first request, because most processes of ice make none. */
class LazyEgress implements EgressClient {
  readonly #options: GuardedEgressOptions;
  #client: Promise<GuardedEgress> | undefined;
  #closed = false;

  constructor(options: GuardedEgressOptions) {
    this.#options = options;
  }

  async request(address: string, options?: EgressRequest): Promise<EgressResponse> {
    this.#client ??= import("./guarded-egress.ts").then(({ GuardedEgress }) => new GuardedEgress(this.#options));
    const client = await this.#client;
    if (this.#closed) await client.close();
    return client.request(address, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#client)?.close();
  }
}
