import type { RunStore } from "@ice/core";
import { LazyRunStore, withoutCredentials } from "@ice/core/internal";
import { isPostgres } from "../args/store-address.ts";

/** The store of an address, for the engine. `@ice/engine-dbos` is loaded when a store in Postgres is first used. */
export function storeOf(url: string): string | RunStore {
  if (!isPostgres(url)) return url;
  return new LazyRunStore({ url: withoutCredentials(url), durable: true }, async () => {
    const { openPostgresRunStore } = await import("@ice/engine-dbos");
    return openPostgresRunStore(url);
  });
}
