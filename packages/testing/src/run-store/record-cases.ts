import assert from "node:assert/strict";
import { IceError, type Json, type JsonObject } from "@ice/core";
import {
  appendAll,
  everyRecord,
  endedRecord,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
} from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, assertRefused, kindsOf, type RunStoreCase } from "./run-store-case.ts";

/** Records are read as they were appended. */
export const recordCases: readonly RunStoreCase[] = [
  {
    name: "a new run is read as it was created, and is running",
    async check({ store }) {
      const run = sampleRun("a");
      const journal = await store.create(run, recordingOwner());
      assert.deepEqual([journal.runId, journal.epoch], ["a", 1]);
      assert.deepEqual(await store.read("a"), {
        ...run,
        tenant: "default",
        status: "running",
        updatedAt: 1000,
        records: [],
        signals: [],
      });
    },
  },
  {
    name: "a run id is used once, also when many are created at once",
    async check({ store }) {
      const tries = Array.from({ length: 5 }, (_, n) =>
        store.create(sampleRun("a", { startedAt: n }), recordingOwner()),
      );
      const results = await Promise.allSettled(tries);
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
      for (const result of results)
        if (result.status === "rejected") assert.equal(codeOf(result.reason), "ICE_RUN_EXISTS");
      await assertRefused(store.create(sampleRun("a"), recordingOwner()), "ICE_RUN_EXISTS");
    },
  },
  {
    name: "every kind of record is read as it was appended, in that order",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await appendAll(journal, everyRecord);
      const run = await store.read("a");
      assert.deepEqual(run.records, everyRecord);
      assert.deepEqual([run.status, run.updatedAt], ["completed", everyRecord.at(-1)!.at]);
    },
  },
  {
    name: "what was read does not change, whatever is recorded later",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await journal.append(outcomeOf("x", 1));
      const early = await store.read("a");
      await journal.append(endedRecord);
      await store.signal("a", sampleSignal("s"));
      assert.deepEqual([early.status, kindsOf(early), early.signals], ["running", ["outcome"], []]);
    },
  },
  {
    name: "a long run is read as it was when reading began, whatever is recorded meanwhile",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      const records = Array.from({ length: 1000 }, (_, n) => outcomeOf(`n${n}`, n));
      await appendAll(journal, records);
      const reading = store.read("a");
      const appended = Array.from({ length: 50 }, (_, n) => journal.append(outcomeOf(`later${n}`, n)));
      const { records: found } = await reading;
      for (const durable of appended) await durable;
      assert.deepEqual(found.slice(0, 1000), records);
      // A read that has not started may include records appended meanwhile: the first ones, without a gap.
      assert.deepEqual(
        found.slice(1000).map((record) => record.kind === "outcome" && record.path),
        Array.from({ length: found.length - 1000 }, (_, n) => `later${n}`),
      );
      assert.equal((await store.read("a")).records.length, 1050);
    },
  },
  {
    name: "a list of many runs names each once, the newest first, while others start",
    async check({ store }) {
      const ids = Array.from({ length: 450 }, (_, n) => `r${n}`);
      await Promise.all(ids.map((id) => store.create(sampleRun(id), recordingOwner())));
      const listing = store.list({ limit: 1000 });
      await store.create(sampleRun("later", { startedAt: 500 }), recordingOwner());
      const listed = (await listing).map(({ runId }) => runId).filter((id) => id !== "later");
      assert.equal(new Set(listed).size, 450);
      assert.equal(listed.length, 450);
      assert.deepEqual(
        (await store.list({ limit: 3 })).map(({ runId }) => runId),
        listed.slice(0, 3),
      );
    },
  },
  {
    name: "the last record of a run determines when it was updated",
    async check({ store }) {
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await journal.append(outcomeOf("x", 1, 7000));
      assert.equal((await store.read("a")).updatedAt, 7000);
      assert.equal((await store.list())[0]?.updatedAt, 7000);
    },
  },
  {
    name: "each of many runs keeps its own order",
    async check({ store }) {
      const ids = ["a", "b", "c"];
      const journals = await Promise.all(ids.map((id) => store.create(sampleRun(id), recordingOwner())));
      for (let turn = 0; turn < 4; turn += 1) {
        const appended = [1, 2, 3].flatMap((n) =>
          journals.map((journal) => journal.append(outcomeOf(`${journal.runId}.${turn}.${n}`, { turn, n }))),
        );
        // Some turns do not wait for their records.
        if (turn % 2 === 1) for (const durable of appended) await durable;
      }
      const expected = [0, 1, 2, 3].flatMap((turn) => [1, 2, 3].map((n) => `${turn}.${n}`));
      for (const id of ids) {
        const { records } = await store.read(id);
        assert.deepEqual(
          records.map((record) => ("path" in record ? record.path : "")),
          expected.map((rest) => `${id}.${rest}`),
        );
      }
    },
  },
  {
    name: "another instance sees what is durable",
    several: true,
    async check(fixture) {
      const journal = await fixture.store.create(sampleRun("a"), recordingOwner());
      await journal.append(outcomeOf("x", 1));
      const other = await anotherOf(fixture);
      assert.deepEqual(await other.read("a"), await fixture.store.read("a"));
      assert.deepEqual((await other.read("a")).records, [outcomeOf("x", 1)]);
    },
  },
  {
    name: "what is read is frozen, and changing the inputs that were passed has no effect",
    async check({ store }) {
      const inputs = { list: [1] };
      const journal = await store.create(sampleRun("a", { inputs }), recordingOwner());
      await store.signal("a", { id: "s", path: "p", value: { list: [1] }, by: null, at: 1 });
      const appended = journal.append(outcomeOf("x", { list: [1], text: "x" }));
      tryTo(() => inputs.list.push(2));
      await appended;
      const run = await store.read("a");
      for (const value of [...run.records, ...run.signals, run.inputs, run.document]) assertDeepFrozen(value);
      assert.deepEqual(run.inputs, { list: [1] });
      assert.deepEqual(run.records, [outcomeOf("x", { list: [1], text: "x" })]);
    },
  },
  {
    name: "keys named like prototype members are data, or are refused",
    async check({ store }) {
      const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "safe": 1}') as JsonObject;
      const harmless = { constructor: { prototype: 1 }, toString: "x", text: '"__proto__":' };
      const journal = await store.create(sampleRun("a", { inputs: harmless }), recordingOwner());
      await journal.append(outcomeOf("x", harmless));
      assert.deepEqual((await store.read("a")).inputs, harmless);
      assert.deepEqual((await store.read("a")).records, [outcomeOf("x", harmless)]);
      try {
        await journal.append(outcomeOf("y", hostile));
        const [, record] = (await store.read("a")).records;
        assert(record?.kind === "outcome" && Object.hasOwn(record.node.output as object, "__proto__"));
      } catch (error) {
        assert.equal(codeOf(error), "ICE_OUTPUT_NOT_JSON");
      }
      assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    },
  },
  {
    name: "a value of 1 MB is read as it was appended, in every place",
    async check({ store }) {
      const large = largeValue(2 ** 20);
      const journal = await store.create(sampleRun("a", { inputs: large }), recordingOwner());
      await store.signal("a", { id: "s", path: "p", value: large, by: null, at: 1 });
      const records = [
        outcomeOf("x", large),
        { kind: "checkpoint", at: 1, path: "y", value: large },
        { kind: "started", at: 1, path: "z", type: "tool", attempt: 1, fields: large },
        { kind: "ended", at: 2, status: "completed", output: large, usage: {} },
      ] as const;
      await appendAll(journal, records);
      const run = await store.read("a");
      assert.deepEqual(run.inputs, large);
      assert.deepEqual(run.signals[0]?.value, large);
      assert.deepEqual(run.records, records);
      for (const value of [...run.records, ...run.signals, run.inputs]) assertDeepFrozen(value);
    },
  },
  {
    name: "a value of 50 MB is read as it was appended (slow)",
    timeoutMs: 60_000,
    async check({ store }) {
      const text = "ice ".repeat((50 * 2 ** 20) / 4);
      const journal = await store.create(sampleRun("a"), recordingOwner());
      await journal.append(outcomeOf("x", { text }));
      const [record] = (await store.read("a")).records;
      assert(record?.kind === "outcome");
      assert.equal((record.node.output as { text: string }).text === text, true);
    },
  },
  {
    name: "collecting a run keeps a large value that another run shares",
    async check({ store }) {
      const large = largeValue(100_000);
      for (const id of ["a", "b"]) {
        const journal = await store.create(sampleRun(id, { inputs: large }), recordingOwner());
        const last = { ...endedRecord, at: id === "a" ? 3000 : 9000 };
        await appendAll(journal, [outcomeOf("x", large), last]);
      }
      assert.equal((await store.collect({ endedBefore: 5000 })).runs, 1);
      const run = await store.read("b");
      assert.deepEqual([run.inputs, run.records[0]], [large, outcomeOf("x", large)]);
      assert.deepEqual(kindsOf(run), ["outcome", "ended"]);
      await assertRefused(store.read("a"), "ICE_RUN_NOT_FOUND");
    },
  },
  {
    name: "an unknown run is not found",
    async check({ store }) {
      for (const id of ["missing", "", "__proto__", "a' OR 1=1 --"]) {
        await assertRefused(store.read(id), "ICE_RUN_NOT_FOUND");
        await assertRefused(store.summary(id), "ICE_RUN_NOT_FOUND");
        await assertRefused(store.open(id, recordingOwner()), "ICE_RUN_NOT_FOUND");
      }
    },
  },
];

function largeValue(size: number): JsonObject & { readonly rows: readonly Json[] } {
  const rows = Array.from({ length: Math.ceil(size / 500) }, (_, n) => ({ n, text: `row ${n} `.padEnd(480, "ä") }));
  return { rows };
}

/** Frozen values cannot change, so they are not copied. */
function tryTo(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    assert(error instanceof TypeError);
  }
}

function codeOf(error: unknown): string {
  return IceError.is(error) ? error.code : String(error);
}
