import type { JournalRecord, StoredRun } from "@ice/core";
import { expect, test } from "vitest";
import { lost } from "../../src/dispatch/job-outcome.ts";
import type { FleetSimulation } from "./fleet/fleet-simulation.ts";
import { shrinkFleet, simFleet, simulateFleet, type Prepare } from "./fleet-seeds.ts";

/** The first simulation with a violation of this kind, and its seed. */
async function firstBroken(broken: Prepare, kind: RegExp): Promise<{ seed: number; simulation: FleetSimulation }> {
  for (let seed = 1; seed <= 400; seed += 1) {
    const simulation = await simFleet(seed, broken);
    if (kind.test(simulation.violations.join("\n"))) return { seed, simulation };
  }
  throw new Error("no seed found it");
}

/** The process that opens a run does not find some of its records. */
const without =
  (forgets: (record: JournalRecord) => boolean): Prepare =>
  (tables) => {
    tables.storedOf = (run): StoredRun => {
      const stored = run.stored();
      return { ...stored, records: stored.records.filter((record) => !forgets(record)) };
    };
  };

/** Forgets which signals were taken. */
const generous: Prepare = (tables) => {
  tables.storedOf = (run) => {
    const stored = run.stored();
    return { ...stored, records: stored.records.map((record) => ({ ...record, takes: undefined }) as JournalRecord) };
  };
};

const endlessLease: Prepare = (tables) => {
  tables.renew = (process, isWorker) => {
    tables.owners.set(process, { leaseUntil: Infinity, isWorker });
  };
};

const noFence: Prepare = (tables) => {
  tables.isFenced = () => false;
};

/** What a dead worker had taken stays with it, and no sweep finds it. */
const noTickets: Prepare = (tables) => {
  tables.queues.giveBack = () => {};
  tables.handOnIn = () => {};
};

const lastOutcome: Prepare = (tables) => {
  tables.putOutcome = ({ job, body }) => {
    tables.outcomes.set(job, body);
    tables.observer.onOutcome(job, body);
  };
};

/** The jobs of dead workers have no outcome. */
const noLoss: Prepare = (tables) => {
  const { putOutcome } = tables;
  tables.putOutcome = (outcome) => {
    if (outcome.body !== lost) putOutcome.call(tables, outcome);
  };
};

/** A run that is suspended although it was asked to cancel waits, as any other one. */
const forgetful: Prepare = (tables) => {
  const { commit } = tables;
  tables.commit = (run, given) => {
    commit.call(tables, run, given);
    const last = given.records.at(-1);
    if (last?.kind === "suspended" && last.reason !== "interrupted") run.recorded = "suspended";
  };
};

/** Owners that died are not counted. */
const patient: Prepare = (tables) => {
  tables.storedOf = (run) => {
    const { lostOwners: _, ...stored } = run.stored();
    return stored;
  };
};

/** Nor are workers that died before they had opened a run. */
const carefree: Prepare = (tables) => {
  const { countLoss } = tables;
  tables.countLoss = (owner) => countLoss.call(tables, owner, new Set());
};

const isToolOutcome = (record: JournalRecord): boolean => record.kind === "outcome" && record.node.type === "tool";

test.each<[string, Prepare, RegExp]>([
  ["lets those record that have lost a run", noFence, /records in the epoch|makes no progress|needs more than/],
  ["does not give back what the dead have taken", noTickets, /is not taken over in time|needs more than/],
  ["takes the last outcome of a job for its outcome", lastOutcome, /is replaced|placed again/],
  ["repeats recorded work", without(isToolOutcome), /although its outcome is recorded/],
  ["never ends a lease", endlessLease, /is not taken over in time/],
  ["does not say that a job is lost", noLoss, /needs more than/],
  ["takes a signal twice", generous, /was taken twice/],
  ["suspends a run that it was asked to cancel", forgetful, /was asked to cancel/],
  ["does not end a run that owners die of", patient, /goes on after so many lost owners/],
  ["does not end a run that workers die of before they have opened it", carefree, /died of opening it/],
  ["forgets what it waits for", without(({ kind }) => kind === "waiting"), /once more/],
])(
  "a simulation finds a fleet that %s",
  async (_, broken, kind) => {
    const { seed } = await firstBroken(broken, kind);
    expect(seed).toBeLessThan(400);
  },
  300_000,
);

test("a case is shrunk, fails again in the same way, and does not fail when the fleet is repaired", async () => {
  const broken = without(isToolOutcome);
  const { simulation } = await firstBroken(broken, /although its outcome is recorded/);
  const small = await shrinkFleet(simulation, 60, broken);
  expect(JSON.stringify(small.scenario).length).toBeLessThan(JSON.stringify(simulation.scenario).length);
  expect((await simulateFleet(small.scenario, broken)).violations).toEqual(small.violations);
  expect((await simulateFleet(small.scenario)).violations).toEqual([]);
}, 300_000);

test("what the rules are about happens", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 60; seed += 1) for (const what of (await simFleet(seed)).seen.keys()) seen.add(what);
  const expected = [
    "job",
    "job of an earlier owner",
    "placed call",
    "owner replaced",
    "lost ticket",
    "doubled ticket",
    "late cancel",
    "worker lost before opening",
  ];
  expect([...seen]).toEqual(expect.arrayContaining(expected));
}, 300_000);
