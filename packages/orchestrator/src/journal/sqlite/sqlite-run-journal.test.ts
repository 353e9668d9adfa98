import { DatabaseSync } from "node:sqlite";
import { IceError, type JournalRecord } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ended,
  ending,
  journalOf,
  listeningOwner,
  newRun,
  outcome,
  silentOwner,
  suspended,
} from "../../../test/journal/sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "../../../test/journal/sqlite-fixture.ts";
import { SqliteRunJournal } from "./sqlite-run-journal.ts";

let fixture: SqliteFixture;
beforeEach(async () => {
  fixture = await sqliteFixture();
});
afterEach(() => fixture.close());

/** Changes the file as another program would. */
function change(sql: string): void {
  const other = new DatabaseSync(fixture.path);
  other.exec(sql);
  other.close();
}

const errorOf = async (work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(work).then(
    () => "no error",
    (error: unknown) => error,
  );

describe("an append that is refused says why and what to do", () => {
  test.each<[record: JournalRecord, kind: string]>([
    [ended, "ended"],
    [suspended, "suspended"],
  ])("after a last record", async (last, kind) => {
    const journal = await journalOf(fixture.store, "r", [last]);
    expect(await errorOf(journal.append(outcome("a", 1)))).toMatchObject({
      code: "ICE_STORE_FENCED",
      message: `Nothing can be recorded for run "r": it was released with the record \`${kind}\`.`,
      fix: "look at the run with WorkflowExecutionService.show()",
      details: { runId: "r", epoch: 1 },
    });
  });

  test("when another process has taken the run over", async () => {
    const silent = await fixture.another({ setBackgroundTimer: () => () => {} });
    const journal = await journalOf(silent, "r");
    await fixture.pass(10_000);
    await fixture.store.open("r", silentOwner);
    expect(await errorOf(journal.append(outcome("a", 1)))).toMatchObject({
      code: "ICE_STORE_FENCED",
      message: 'Nothing can be recorded for run "r": another process has taken it over.',
    });
  });

  test("when there are other records than its owner wrote", async () => {
    const owner = listeningOwner();
    const journal = await journalOf(fixture.store, "r", [outcome("a", 1)], owner);
    change("UPDATE runs SET records = 7");
    expect(await errorOf(journal.append(outcome("b", 1)))).toMatchObject({
      code: "ICE_STORE_CORRUPT",
      message: `The store ${fixture.path} is damaged: run "r" has 7 records, but its owner wrote 2.`,
    });
    expect(owner.notifications).toEqual(["lost ICE_STORE_CORRUPT"]);
  });

  test("when the record is none", async () => {
    const journal = await journalOf(fixture.store, "r");
    const error = await errorOf(journal.append({ kind: "resumed" } as JournalRecord));
    expect(error).toMatchObject({
      code: "ICE_INTERNAL",
      message: expect.stringMatching(/^A journal record is malformed: .*at/s),
    });
    expect((error as Error).cause).toBeDefined();
  });
});

describe("signals from outside", () => {
  const signal = (id: string) => ({ id, path: "a", value: 1, by: null, at: 1 });

  test("is reported once, however often it is noticed", async () => {
    const owner = listeningOwner();
    const journal = (await fixture.store.create(newRun("r"), owner)) as SqliteRunJournal;
    await fixture.store.signal("r", signal("s"));
    await fixture.store.signal("r", signal("t"));
    for (const [signals, cancel] of [
      [1, null],
      [2, "enough"],
      [2, "really"],
      [0, null],
    ] as const)
      journal.notice(signals, cancel);
    await fixture.pass(0);
    expect(owner.notifications).toEqual(["signal s", "signal t", "cancel enough"]);
  });

  test("is not reported when the run was released in the same turn", async () => {
    const owner = listeningOwner();
    const journal = (await fixture.store.create(newRun("r"), owner)) as SqliteRunJournal;
    journal.notice(0, "enough");
    journal.close(new IceError("ICE_STORE_UNAVAILABLE", "Closed."));
    await fixture.pass(0);
    expect(owner.notifications).toEqual([]);
  });

  test("is not reported when the run was released with others of its turn; it is not lost then either", async () => {
    const owner = listeningOwner();
    const journal = (await fixture.store.create(newRun("r"), owner)) as SqliteRunJournal;
    await Promise.all([journal.append(outcome("a", 1)), journal.append(ended)]);
    // Nothing is owned any more: the heartbeat has stopped.
    expect(fixture.clock.pending).toBe(0);
    await fixture.store.signal("r", signal("s"));
    journal.notice(1, "enough");
    journal.onOwnershipLost(journal.fenced());
    await fixture.pass(200);
    expect([owner.notifications, fixture.clock.pending]).toEqual([[], 0]);
  });

  test("makes an owner lose its run when it is damaged, and the run is free again", async () => {
    const owner = listeningOwner();
    const journal = await journalOf(fixture.store, "r", [outcome("a", 1)], owner);
    const other = await fixture.another();
    await other.signal("r", signal("s"));
    change("UPDATE signals SET body = replace(body, '1', '2')");
    await fixture.pass(200);
    expect(owner.notifications).toEqual(["lost ICE_STORE_CORRUPT"]);
    expect(await ending(journal.append(outcome("b", 1)))).toBe("ICE_STORE_CORRUPT");
    await fixture.pass(200);
    expect((await other.list())[0]?.status).toBe("interrupted");
  });
});

test("a run that is lost twice is lost once, for the first reason", async () => {
  const owner = listeningOwner();
  const journal = (await fixture.store.create(newRun("r"), owner)) as SqliteRunJournal;
  journal.onOwnershipLost(new IceError("ICE_STORE_FULL", "The disk is full."));
  journal.onOwnershipLost(journal.fenced());
  await fixture.pass(0);
  expect(owner.notifications).toEqual(["lost ICE_STORE_FULL"]);
  expect(await ending(journal.append(outcome("a", 1)))).toBe("ICE_STORE_FULL");
});

test("the row of a run says what its last group of records made of it", async () => {
  const row = (): unknown => {
    const other = new DatabaseSync(fixture.path);
    const found = other.prepare("SELECT status, updated_at, ended_at, records, owner IS NULL AS free FROM runs").get();
    other.close();
    return found;
  };
  const journal = await journalOf(fixture.store, "r");
  const running = { status: "running", ended_at: null, free: 0 };
  expect(row()).toEqual({ ...running, updated_at: 1000, records: 1 });
  const appended = [outcome("a", 1, 2000), outcome("b", 1, 2100)].map((record) => journal.append(record));
  await Promise.all(appended);
  expect(row()).toEqual({ ...running, updated_at: 2100, records: 3 });
  await journal.append({ ...suspended, reason: "paused" } as JournalRecord);
  expect(row()).toEqual({ status: "suspended", updated_at: 2500, ended_at: null, records: 4, free: 1 });
  const { journal: next } = await fixture.store.open("r", silentOwner);
  await next.append({ kind: "resumed", at: 2600 });
  expect(row()).toEqual({ ...running, updated_at: 2600, records: 5 });
  await Promise.all([next.append(outcome("c", 1, 2700)), next.append({ ...ended, status: "failed" } as JournalRecord)]);
  expect(row()).toEqual({ status: "failed", updated_at: 3000, ended_at: 3000, records: 7, free: 1 });
});
