import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunStore } from "@ice/core";
import { createFakeClock, type FakeClock, type RunStoreFixture } from "@ice/testing";
import { openSqliteRunStore, type OpenSqliteRunStoreOptions } from "../../src/journal/sqlite/open-sqlite-run-store.ts";

export interface SqliteFixture extends RunStoreFixture {
  readonly path: string;
  readonly clock: FakeClock;
  /** @param file - default: the same file. */
  another(options?: OpenSqliteRunStoreOptions, file?: string): Promise<RunStore>;
}

/** Stores on one new file, which share a fake clock. */
export async function sqliteFixture(options: OpenSqliteRunStoreOptions = {}): Promise<SqliteFixture> {
  const directory = mkdtempSync(join(tmpdir(), "ice-store-"));
  const path = join(directory, "ice.db");
  const clock = createFakeClock();
  const stores: RunStore[] = [];
  const another = async (more: OpenSqliteRunStoreOptions = {}, file = path): Promise<RunStore> => {
    const setBackgroundTimer = clock.setTimer.bind(clock);
    const store = await openSqliteRunStore(file, { clock, setBackgroundTimer, ...options, ...more });
    stores.push(store);
    return store;
  };
  return {
    path,
    clock,
    store: await another(),
    another,
    pass: (ms) => clock.advance(ms),
    async close() {
      for (const store of stores) await clock.runUntil(store.close());
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
