import type { Database } from "../store/database.ts";
import type { StoreDatabase } from "../store/store-database.ts";
import { AwaitedOutcomes } from "./awaited-outcomes.ts";
import { Placement } from "./placement.ts";
import type { Queues } from "./queues.ts";
import { findJobs } from "./written-outcomes.ts";

/** What hands work to others, for all tenants: the store, the queues beside it, and what this process executes itself. */
export class Dispatch {
  readonly store: StoreDatabase;
  readonly queues: Queues;
  /** Of nodes that other workers execute. */
  readonly outcomes: AwaitedOutcomes;
  readonly placement = new Placement();

  constructor(store: StoreDatabase, queues: Queues) {
    this.store = store;
    this.queues = queues;
    this.outcomes = new AwaitedOutcomes(findJobs(store.database, queues), store.options.beatMs);
    store.notes.on("outcomes", () => this.outcomes.look());
  }

  /** @throws IceError if the store is closed. */
  get database(): Database {
    return this.store.opened;
  }

  async close(): Promise<void> {
    this.outcomes.close();
    await this.queues.close();
  }
}
