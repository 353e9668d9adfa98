import assert from "node:assert/strict";
import { formatPosition, journalStart, type JournalEntry, type Position, type RunStore } from "@ice/core";
import {
  appendAll,
  endedRecord,
  everyRecord,
  namedSignal,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
} from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** The order of a journal, reading on from a position, and watching. */
export const positionCases: readonly RunStoreCase[] = [
  {
    name: "a journal begins with its head, and has its records in the order in which they were appended",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await appendAll(journal, everyRecord);
      const { entries, position, isAtEnd, run } = await store.readAfter("r", journalStart);
      assert.deepEqual(entries[0], { kind: "head", position: { records: 1, signals: 0 } });
      assert.deepEqual(
        entries.slice(1),
        everyRecord.map((record, index) => ({ kind: "record", record, position: { records: index + 2, signals: 0 } })),
      );
      assert.deepEqual(position, { records: everyRecord.length + 1, signals: 0 });
      assert.equal(isAtEnd, true);
      assert.deepEqual(run, await store.summary("r"));
      for (const entry of entries) if (entry.kind === "record") assertDeepFrozen(entry.record);
    },
  },
  {
    name: "a signal comes after the records that the run had when it was recorded",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await store.signal("r", sampleSignal("s1"));
      await journal.append(outcomeOf("a", 1));
      await journal.append(outcomeOf("b", 2));
      await store.signal("r", namedSignal("n1"));
      await store.signal("r", sampleSignal("s1"));
      await journal.append(suspendedRecord);
      await store.signal("r", sampleSignal("s2"));
      assert.deepEqual(await labels(store), [
        "1.0 head",
        "1.1 signal s1",
        "2.1 outcome",
        "3.1 outcome",
        "3.2 signal n1",
        "4.2 suspended",
        "4.3 signal s2",
      ]);
    },
  },
  {
    name: "reading on from any position returns the rest, in pieces of any size",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      for (let n = 0; n < 7; n += 1) {
        if (n % 3 === 0) await store.signal("r", sampleSignal(`s${n}`));
        await journal.append(outcomeOf(`n${n}`, n));
      }
      await journal.append(endedRecord);
      const { entries } = await store.readAfter("r", journalStart);
      assert.equal(entries.length, 12);
      for (const [index, { position }] of entries.entries())
        assert.deepEqual((await store.readAfter("r", position)).entries, entries.slice(index + 1));
      for (const size of [1, 2, 5]) assert.deepEqual(await inPieces(store, "r", size), entries);
    },
  },
  {
    name: "one call returns at most 500 entries, and says whether there are more",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await appendAll(
        journal,
        Array.from({ length: 1100 }, (_, n) => outcomeOf(`n${n}`, n)),
      );
      for (const limit of [undefined, 500, 10_000]) {
        const { entries, position, isAtEnd } = await store.readAfter("r", journalStart, limit);
        assert.deepEqual([entries.length, formatPosition(position), isAtEnd], [500, "500.0", false]);
      }
      for (const limit of [0, -1, 1]) assert.equal((await store.readAfter("r", journalStart, limit)).entries.length, 1);
      assert.equal((await inPieces(store, "r", 500)).length, 1101);
    },
  },
  {
    name: "large values, and signals with large values, are read from any position",
    async check({ store }) {
      const large = (letter: string): string => letter.repeat(100_000);
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await journal.append(outcomeOf("a", large("a")));
      await store.signal("r", sampleSignal("s", { value: { response: large("s") } }));
      await journal.append(outcomeOf("b", { text: large("b") }));
      const { entries } = await store.readAfter("r", { records: 2, signals: 0 });
      assert.deepEqual(entries, [
        {
          kind: "signal",
          signal: sampleSignal("s", { value: { response: large("s") } }),
          position: { records: 2, signals: 1 },
        },
        { kind: "record", record: outcomeOf("b", { text: large("b") }), position: { records: 3, signals: 1 } },
      ]);
    },
  },
  {
    name: "at its end a journal has no more entries, and beyond it no position",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await journal.append(outcomeOf("a", 1));
      await store.signal("r", sampleSignal("s"));
      const end: Position = { records: 2, signals: 1 };
      assert.deepEqual(await store.readAfter("r", end), {
        run: await store.summary("r"),
        entries: [],
        position: end,
        isAtEnd: true,
      });
      for (const beyond of [
        { records: 3, signals: 1 },
        { records: 2, signals: 2 },
        { records: Number.MAX_SAFE_INTEGER, signals: 0 },
      ])
        await assertRefused(store.readAfter("r", beyond), "ICE_POSITION_INVALID");
      await assertRefused(store.readAfter("missing", journalStart), "ICE_RUN_NOT_FOUND");
      await assertRefused(store.forTenant("acme").readAfter("r", journalStart), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "a watcher of a run is notified of its start, its records, signals and end",
    async check({ store, pass }) {
      const seen = watching(store, "r");
      const journal = await store.create(sampleRun("r"), recordingOwner());
      assert(await seen.news(pass), "not notified of the start");
      await journal.append(outcomeOf("a", 1));
      assert(await seen.news(pass), "not notified of a record");
      await store.signal("r", sampleSignal("s"));
      assert(await seen.news(pass), "not notified of a signal");
      await journal.append(suspendedRecord);
      assert(await seen.news(pass), "not notified of the suspension");
      const { journal: second } = await store.open("r", recordingOwner());
      await second.append(endedRecord);
      assert(await seen.news(pass), "not notified of the end");
      seen.stop();
      await store.signal("r", sampleSignal("late"));
      assert(!(await seen.news(pass)), "notified after it was stopped");
    },
  },
  {
    name: "each of several watchers is notified until it is stopped, and of its own run only",
    async check({ store, pass }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      const other = await store.create(sampleRun("other"), recordingOwner());
      await pass(100);
      const [first, second] = [watching(store, "r"), watching(store, "r")];
      await other.append(outcomeOf("a", 1));
      assert(!(await first.news(pass)), "notified of another run");
      await journal.append(outcomeOf("a", 1));
      assert((await first.news(pass)) && (await second.news(pass)), "one was not notified");
      first.stop();
      first.stop();
      await journal.append(outcomeOf("b", 1));
      assert(!(await first.news(pass)) && (await second.news(pass)), "stopped the wrong one");
      second.stop();
    },
  },
  {
    name: "a run of another tenant with the same id is another run",
    async check({ store, pass }) {
      const acme = store.forTenant("acme");
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await acme.create(sampleRun("r", { tenant: "acme" }), recordingOwner());
      await pass(100);
      const seen = watching(acme, "r");
      await journal.append(outcomeOf("a", 1));
      assert(!(await seen.news(pass)), "notified of another tenant's run");
      assert.equal((await acme.readAfter("r", journalStart)).entries.length, 1);
      seen.stop();
    },
  },
  {
    name: "another instance reads the same order, and is notified of what this one writes",
    several: true,
    async check(fixture) {
      const { store, pass } = fixture;
      const other = await anotherOf(fixture);
      const seen = watching(other, "r");
      const journal = await store.create(sampleRun("r"), recordingOwner());
      assert(await seen.news(pass), "not notified of the start");
      await journal.append(outcomeOf("a", 1));
      assert(await seen.news(pass), "not notified of a record");
      await other.signal("r", sampleSignal("s"));
      await journal.append(outcomeOf("b", 1));
      await journal.append(endedRecord);
      assert(await seen.news(pass), "not notified of the end");
      seen.stop();
      assert.deepEqual(await labels(other), ["1.0 head", "2.0 outcome", "2.1 signal s", "3.1 outcome", "4.1 ended"]);
      assert.deepEqual(await labels(other), await labels(store));
    },
  },
];

async function labels(store: RunStore): Promise<readonly string[]> {
  const { entries } = await store.readAfter("r", journalStart);
  return entries.map((entry) => `${formatPosition(entry.position)} ${labelOf(entry)}`);
}

function labelOf(entry: JournalEntry): string {
  if (entry.kind === "signal") return `signal ${entry.signal.id}`;
  return entry.kind === "record" ? entry.record.kind : "head";
}

async function inPieces(store: RunStore, runId: string, size: number): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (let after = journalStart; ;) {
    const tail = await store.readAfter(runId, after, size);
    entries.push(...tail.entries);
    after = tail.position;
    if (tail.isAtEnd) return entries;
  }
}

/** Watches a run; `news` says whether there was a notification since the last call, after some time. */
function watching(store: RunStore, runId: string) {
  let calls = 0;
  const stop = store.watch(runId, () => void (calls += 1));
  const news = async (pass: (ms: number) => Promise<void>): Promise<boolean> => {
    await pass(100);
    const heard = calls > 0;
    calls = 0;
    return heard;
  };
  return { stop, news };
}
