import { IceError, type RunStore } from "@ice/core";
import { PostgresRunStore } from "./postgres-run-store.ts";
import type { StoreDatabase } from "./store-database.ts";

/** What the stores of all tenants share. @throws IceError `ICE_USAGE` for a store that is not on Postgres. */
export function sharedOf(store: RunStore): StoreDatabase {
  if (store instanceof PostgresRunStore) return store.shared;
  throw new IceError("ICE_USAGE", `The store ${store.url} has no workers and no queues: it belongs to one machine.`, {
    fix: "use a store on Postgres, whose address begins with postgres://",
  });
}
