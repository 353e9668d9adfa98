import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { expect, test } from "vitest";
import { Database } from "../../src/journal/sqlite/database.ts";
import { GroupCommit, type Job } from "../../src/journal/sqlite/group-commit.ts";
import { SqliteRunJournal } from "../../src/journal/sqlite/sqlite-run-journal.ts";
import { ending, journalOf, outcome, silentOwner } from "./sample-run.ts";
import { sqliteFixture } from "./sqlite-fixture.ts";

/** Keeps jobs, so that a test decides when each is written and how it ends. */
class HeldCommits extends GroupCommit {
  readonly jobs: Job[] = [];

  override add(job: Job): void {
    this.jobs.push(job);
  }
}

test("a group that was begun before an earlier one failed is not written after the hole", async () => {
  const { store, path, clock, close } = await sqliteFixture();
  await journalOf(store, "r");
  const database = new Database(new DatabaseSync(path), path);
  const { id: row, owner: ownerId } = database.get<{ id: number; owner: string }>("SELECT id, owner FROM runs")!;
  const commits = new HeldCommits(database, { clock, path, lockedMs: 0 }, endlessTimeSlice);
  const run = new SqliteRunJournal({
    database,
    commits,
    ownerId,
    row,
    owner: silentOwner,
    onCommit: () => {},
    onEnd: () => {},
    tenant: "default",
    runId: "r",
    epoch: 1,
    records: 1,
    signals: 0,
    asks: false,
  });
  const lost = ending(run.append(outcome("a", 1)));
  const failure = new IceError("ICE_STORE_FULL", "The disk is full.");
  const rolledBack = (): void =>
    database.transact(() => {
      commits.jobs[0]!.write();
      throw failure;
    });
  expect(rolledBack).toThrow(failure);
  const later = ending(run.append(outcome("b", 2)));
  commits.jobs[0]!.settle(failure);
  expect(commits.jobs).toHaveLength(2);
  expect(() => database.transact(() => commits.jobs[1]!.write())).toThrow(failure);
  commits.jobs[1]!.settle(failure);
  expect(await Promise.all([lost, later])).toEqual(["ICE_STORE_FULL", "ICE_STORE_FULL"]);
  expect((await store.read("r")).records).toEqual([]);
  database.close();
  await close();
});
