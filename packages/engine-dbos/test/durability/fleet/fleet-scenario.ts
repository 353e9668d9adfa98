import type { ChildNode } from "@ice/core";
import { randomScenario, seededRandom, type Scenario } from "@ice/testing";
import { Dice, nodesOf, smaller } from "@ice/testing/internal";

/** A process of the fleet stands still, and then goes on as if nothing had happened. */
interface Stand {
  /** Its place in the fleet, from 0. */
  readonly worker: number;
  /** Milliseconds after the start of the fleet. */
  readonly atMs: number;
  readonly forMs: number;
}

/** No process reaches the store. */
interface Outage {
  readonly atMs: number;
  readonly forMs: number;
}

/** What happens to a fleet besides the fault plan of its scenario. A process that dies is replaced after `downtimeMs`. */
export interface FleetPlan {
  readonly leaseMs: number;
  /** What each worker provides. */
  readonly workers: readonly (readonly string[])[];
  readonly stands: readonly Stand[];
  readonly outages: readonly Outage[];
  /** How long calls are tried again during an outage, in milliseconds. */
  readonly patienceMs: number;
  /** The probabilities that a ticket is lost, or taken twice, or that a ticket or a job comes later. */
  readonly lostTickets: number;
  readonly doubledTickets: number;
  readonly lateEntries: number;
  /** The probability that an owner gets no note that something was sent to its run: it finds out at its next beat. */
  readonly lostNotes: number;
  /** How many owners of the run die right after they have opened it. */
  readonly deadlyOwners: number;
  /** How many workers die of its ticket, before they have opened it. */
  readonly deadlyTickets: number;
  /** How many of its first owners stand still soon after that, for longer than their lease. */
  readonly stillOwners: number;
  /** How many of the first jobs their workers stand still in, for longer than their lease, or die of. */
  readonly stillJobs: number;
  readonly deadlyJobs: number;
  /** How many of the first releases of the run, because it waits, coincide with a request to cancel it. */
  readonly lateCancels: number;
}

export interface FleetScenario extends Scenario {
  readonly fleet: FleetPlan;
}

/** A scenario of the simulation for one process, on several, with nodes that require a worker; the same for the same seed. */
export function randomFleetScenario(seed: number): FleetScenario {
  const scenario = randomScenario(seed);
  const dice = new Dice(seededRandom(seed + 0.5));
  for (const node of nodesOf(scenario))
    if (isPlaceable(node) && dice.chance(0.3)) Object.assign(node, { requires: ["gpu"] });
  return { ...scenario, faultPlan: { ...scenario.faultPlan, ...moreCrashes(scenario, dice) }, fleet: randomPlan(dice) };
}

/** A signal is sent by the owner of a run, so that the checker knows its sender. */
const isPlaceable = ({ type, toolName }: ChildNode): boolean => type === "tool" && toolName !== "signal";

function moreCrashes({ faultPlan: { crashes } }: Scenario, dice: Dice): Pick<Scenario["faultPlan"], "crashes"> {
  const more = Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => ({
    at: "time" as const,
    ms: dice.between(0, 400),
  }));
  return { crashes: [...crashes, ...more] };
}

function randomPlan(dice: Dice): FleetPlan {
  const leaseMs = dice.pick([2000, 3000, 5000, 10_000]);
  const workers = dice.pick([
    [["gpu"], ["gpu"]],
    [[], ["gpu"]],
    [[], [], ["gpu"]],
    [["gpu"], [], ["gpu"]],
  ]);
  const stand = (): Stand => ({
    worker: dice.between(0, workers.length - 1),
    atMs: dice.between(0, dice.pick([200, 200, 1000, leaseMs * 2])),
    forMs: dice.pick([50, leaseMs - 500, leaseMs + 1000, leaseMs + 3000, leaseMs * 3]),
  });
  const outage = (): Outage => ({
    atMs: dice.between(0, dice.pick([200, 200, 1000, leaseMs * 2])),
    forMs: dice.pick([20, 500, leaseMs - 500, leaseMs * 2]),
  });
  return {
    leaseMs,
    workers,
    stands: Array.from({ length: dice.pick([0, 1, 1, 2, 3]) }, stand),
    outages: Array.from({ length: dice.pick([0, 0, 0, 1]) }, outage),
    patienceMs: dice.pick([0, 1000, 60_000]),
    lostTickets: dice.pick([0, 0, 0.2]),
    doubledTickets: dice.pick([0, 0, 0.2, 0.5]),
    lateEntries: dice.pick([0, 0.2, 0.5]),
    lostNotes: dice.pick([0, 0.2, 1]),
    deadlyOwners: dice.chance(0.06) ? dice.between(2, 7) : 0,
    stillOwners: dice.chance(0.15) ? dice.between(1, 2) : 0,
    stillJobs: dice.chance(0.15) ? dice.between(1, 2) : 0,
    deadlyJobs: dice.chance(0.15) ? dice.between(1, 4) : 0,
    lateCancels: dice.chance(0.2) ? 1 : 0,
    deadlyTickets: dice.chance(0.1) ? dice.pick([1, 2, 6, 7]) : 0,
  };
}

const noPlan: Omit<FleetPlan, "leaseMs" | "workers"> = {
  stands: [],
  outages: [],
  patienceMs: 60_000,
  lostTickets: 0,
  doubledTickets: 0,
  lateEntries: 0,
  lostNotes: 0,
  deadlyOwners: 0,
  stillOwners: 0,
  stillJobs: 0,
  deadlyJobs: 0,
  lateCancels: 0,
  deadlyTickets: 0,
};

/** Every scenario with one thing less. */
export function* smallerFleet(scenario: FleetScenario): Generator<FleetScenario> {
  const { fleet } = scenario;
  for (const list of ["stands", "outages"] as const)
    for (const index of fleet[list].keys())
      yield { ...scenario, fleet: { ...fleet, [list]: (fleet[list] as readonly unknown[]).toSpliced(index, 1) } };
  for (const [name, none] of Object.entries(noPlan))
    if (typeof none === "number" && fleet[name as keyof FleetPlan] !== none)
      yield { ...scenario, fleet: { ...fleet, [name]: none } };
  for (const index of fleet.workers.keys())
    if (index > 0 && index < fleet.workers.length - 1)
      yield { ...scenario, fleet: { ...fleet, workers: fleet.workers.toSpliced(index, 1) } };
  for (const less of smaller(scenario)) yield { ...less, fleet };
}
