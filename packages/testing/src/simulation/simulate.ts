import type { RunResult } from "@ice/core";
import type { SimulatedStart } from "./process.ts";
import { randomScenario } from "./random-scenario.ts";
import { noFaults, type Scenario } from "./scenario.ts";
import { SimulationRun, type Simulation } from "./simulation-run.ts";

/**
 * Runs a random workflow in virtual time, with crashing processes, failing stores, people and signals at random times, and
 * checks the guarantees of durability. If the outputs cannot depend on timing, it then runs the workflow without faults and
 * compares.
 *
 * @param seed - decides everything.
 * @param start - `initializeOrchestrator`; this package does not depend on the engine.
 */
export const sim = (seed: number, start: SimulatedStart): Promise<Simulation> => simulate(randomScenario(seed), start);

/** Like `sim`, with a given scenario. */
export async function simulate(scenario: Scenario, start: SimulatedStart): Promise<Simulation> {
  const faulty = await new SimulationRun(scenario, start).live();
  if (!scenario.comparable || faulty.result === undefined) return faulty;
  return { ...faulty, violations: [...faulty.violations, ...(await differences(faulty.result, scenario, start))] };
}

/** How the result of a run differs from that of an uninterrupted one of the same scenario, if its outputs do not depend on timing. */
export async function differences(
  result: RunResult,
  scenario: Scenario,
  start: SimulatedStart,
): Promise<readonly string[]> {
  const quiet = await new SimulationRun({ ...scenario, faultPlan: noFaults }, start).live();
  const violations = quiet.violations.map((violation) => `without faults: ${violation}`);
  if (quiet.result === undefined) return violations;
  const [got, expected] = [essence(result), essence(quiet.result)];
  if (got === expected) return violations;
  return [...violations, `the run returned ${got}, an uninterrupted run returns ${expected}`];
}

/** What depends on timing in an output: times, ids, what monitors observed, and which of several errors was the first. */
const timely = ["respondedAt", "at", "id", "error", "triggered", "checks", "triggerCount", "lastValue"];

/** The part of a result that must be the same in every run. */
function essence({ status, output, nodes }: RunResult): string {
  const monitors = Object.keys(output).filter((id) => nodes[id]?.type === "monitor");
  const tops = Object.entries(nodes)
    .filter(([path]) => !/[.[]/.test(path))
    .map(([path, node]) => `${path} ${node.status} ${node.skipReason ?? ""}`)
    .toSorted();
  const kept = Object.entries(output).filter(([id]) => !monitors.includes(id));
  return JSON.stringify([status, kept, tops], (key, value: unknown) => (timely.includes(key) ? undefined : value));
}
