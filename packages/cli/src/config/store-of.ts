import type { RunStore } from "@ice/core";
import { LazyRunStore, withoutCredentials } from "@ice/core/internal";
import type { PostgresInspection } from "@ice/engine-dbos";
import { isPostgres } from "../args/store-address.ts";

/** How a command opens a store in Postgres. */
export interface StoreOptions {
  /** It is opened at once, because the command is about what only such a store has. */
  readonly atOnce?: boolean | undefined;
  /** How long this process keeps its runs without renewing its lease, in milliseconds. */
  readonly leaseMs?: number | undefined;
}

/** Looks at the store of an address without creating anything; undefined for one that is not in Postgres. */
export function inspectionOf(url: string): (() => Promise<PostgresInspection>) | undefined {
  if (!isPostgres(url)) return undefined;
  return async () => (await import("@ice/engine-dbos")).inspectPostgres(url);
}

/** The store of an address, for the engine. `@ice/engine-dbos` is loaded when a store in Postgres is first used. */
export async function storeOf(url: string, { atOnce = false, leaseMs }: StoreOptions = {}): Promise<string | RunStore> {
  if (!isPostgres(url)) return url;
  const open = async (): Promise<RunStore> => {
    const { openPostgresRunStore } = await import("@ice/engine-dbos");
    return openPostgresRunStore(url, { leaseMs });
  };
  return atOnce ? open() : new LazyRunStore({ url: withoutCredentials(url), durable: true, queues: true }, open);
}
