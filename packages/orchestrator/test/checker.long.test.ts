import type { JournalRecord, RunStore } from "@ice/core";
import { randomScenario, shrink, sim, simulate, type SimulatedStart, type Simulation } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator } from "../src/index.ts";
import { start } from "./durability/seeds.ts";

/** The engine on a store with other methods. The store is an instance of a class, whose methods a spread would lose. */
const on =
  (change: (store: RunStore) => Partial<RunStore>): SimulatedStart =>
  ({ store, ...options }) => {
    const changed: Partial<RunStore> = change(store);
    const changedStore = new Proxy(store, {
      get(_, key) {
        const value: unknown = Reflect.get(Object.hasOwn(changed, key) ? changed : store, key);
        return typeof value === "function" ? value.bind(store) : value;
      },
    });
    return initializeOrchestrator({ ...options, store: changedStore });
  };

/** Says that everything is durable at once. */
const lying = on((store) => ({
  async create(run, owner) {
    const journal = await store.create(run, owner);
    return { ...journal, append: (record) => void journal.append(record)?.catch(() => {}) };
  },
}));

/** Forgets some records when a run is taken over. */
const without = (forgets: (record: JournalRecord) => boolean): SimulatedStart =>
  on((store) => ({
    async open(runId, owner) {
      const { journal, run } = await store.open(runId, owner);
      return { journal, run: { ...run, records: run.records.filter((record) => !forgets(record)) } };
    },
  }));

const isOutcome = (type: string) => (record: JournalRecord) => record.kind === "outcome" && record.node.type === type;

/** Forgets which signals were taken. */
const generous = on((store) => ({
  async open(runId, owner) {
    const { journal, run } = await store.open(runId, owner);
    const records = run.records.map((record) => ({ ...record, takes: undefined }) as JournalRecord);
    return { journal, run: { ...run, records } };
  },
}));

/** The first simulation with a violation of this kind. */
async function firstBroken(broken: SimulatedStart, kind: RegExp): Promise<Simulation> {
  for (let seed = 1; seed <= 400; seed += 1) {
    const simulation = await sim(seed, broken);
    if (kind.test(simulation.violations.join("\n"))) return simulation;
  }
  throw new Error("no seed found it");
}

test("a simulation finds an engine that continues before an outcome is durable, and shrinks the case", async () => {
  const found = await firstBroken(lying, /^.*was durable/);
  const small = await shrink(found, lying, { tries: 60 });
  expect(small.violations[0]).toContain("was durable");
  expect(JSON.stringify(small.scenario).length).toBeLessThan(JSON.stringify(found.scenario).length);
  expect((await simulate(small.scenario, lying)).violations).toEqual(small.violations);
  expect((await simulate(small.scenario, start)).violations).toEqual([]);
}, 60_000);

test("a simulation finds an engine that repeats recorded work", async () => {
  const forgetful = without(isOutcome("tool"));
  await expect(firstBroken(forgetful, /although its outcome is recorded/)).resolves.toBeDefined();
});

test("a simulation finds an engine that asks models again for what is recorded", async () => {
  const stepless = without(({ kind }) => kind === "step");
  for (const kind of [/records \S+ twice/, /runs a finished call again/])
    await expect(firstBroken(stepless, kind)).resolves.toBeDefined();
});

test.each<[string, SimulatedStart, RegExp]>([
  ["takes a signal twice", generous, /was taken twice/],
  ["forgets what a node waits for", without(({ kind }) => kind === "waiting"), /once more/],
  ["decides again", without(({ kind }) => kind === "checkpoint"), /decides twice/],
  ["goes on after a stop", without(({ kind }) => kind === "stopped"), /is over|it is \w+ by/],
  ["goes on after an end", without(isOutcome("end")), /is over|has two outcomes/],
  [
    "forgets that scopes have begun",
    without((record) => record.kind === "started" && record.type === "scope"),
    /scope/,
  ],
])(
  "a simulation finds an engine that %s",
  async (_, broken, kind) => {
    await expect(firstBroken(broken, kind)).resolves.toBeDefined();
  },
  120_000,
);

test("scenarios are varied: every node type, every crash, and runs of one process and of many", async () => {
  const text = Array.from({ length: 200 }, (_, seed) => JSON.stringify(randomScenario(seed))).join();
  for (const type of [
    "tool",
    "human",
    "condition",
    "loop",
    "parallel",
    "workflow",
    "recursive",
    "monitor",
    "agent",
    "swarm",
    "wait",
    "switch",
    "scope",
    "end",
  ])
    expect(text).toContain(`"type":"${type}"`);
  for (const word of [
    "reject",
    "crashBefore",
    "crashAfter",
    '"at":"time"',
    '"at":"close"',
    "cancelMs",
    "budget",
    "atLeast",
    "escalateTo",
    "recursive",
    "halt",
    "until",
    "agentPackage",
    "flaky",
    '"scope":"store"',
    '"scope":"run"',
    "consensus",
    "hierarchical",
    "marketplace",
    "llmCalls",
    "totalTokens",
    "detached",
    '"cache"',
    '"settle":"first"',
    '"toolName":"signal"',
    '"catch":{"codes"',
    "compensate",
    '"finally"',
    "cancelOn",
    "cleanupSeconds",
    "payloadSchema",
    '"buffer":false',
    '"otherwise"',
    '"signals":[{',
    "noticeMs",
    "staySeconds",
  ])
    expect(text).toContain(word);
  const processes = await Promise.all(
    Array.from({ length: 30 }, async (_, seed) => (await sim(seed, start)).processes),
  );
  expect(new Set(processes).size).toBeGreaterThan(2);
});
