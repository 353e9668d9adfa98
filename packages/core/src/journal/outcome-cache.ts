import type { Json } from "../json/json.ts";

/** How long an output is kept, and how many. */
export interface CacheOptions {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Most outputs of the tenant; beyond, those that expire first are dropped. */
  readonly limit: number;
}

/** Outputs of the nodes of a tenant's runs, for later runs; see the field `cache` of nodes. */
export interface OutcomeCache {
  /**
   * The output that is kept under a key; undefined without one.
   *
   * @param now - outputs that expire by then are not returned. Epoch milliseconds.
   * @throws IceError `ICE_STORE_*`.
   */
  get(key: string, now: number): Promise<Json | undefined>;
  /** Keeps an output, in place of an earlier one with the key. @throws IceError `ICE_STORE_*`. */
  set(key: string, output: Json, options: CacheOptions): Promise<void>;
}
