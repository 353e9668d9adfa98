import type { RunResult } from "@ice/core";
import type { SimulatedStart } from "./process.ts";
import { randomScenario } from "./random-scenario.ts";
import { calm, type Scenario } from "./scenario.ts";
import { SimulationRun, type Simulation } from "./simulation-run.ts";

/**
 * Runs a random workflow under a virtual clock while processes die, stores fail and people answer when they like, and checks
 * the promise of durability. Then, when outputs cannot depend on timing, it runs the same without any trouble and compares.
 *
 * @param seed - decides everything.
 * @param start - `initializeOrchestrator`; this package does not depend on the engine.
 */
export const sim = (seed: number, start: SimulatedStart): Promise<Simulation> => simulate(randomScenario(seed), start);

/** Like `sim`, of a scenario that is given as data. */
export async function simulate(scenario: Scenario, start: SimulatedStart): Promise<Simulation> {
  const stormy = await new SimulationRun(scenario, start).live();
  if (!scenario.comparable || stormy.result === undefined) return stormy;
  const quiet = await new SimulationRun({ ...scenario, weather: calm }, start).live();
  const violations = [...stormy.violations, ...quiet.violations.map((violation) => `in calm weather: ${violation}`)];
  if (quiet.result !== undefined) {
    const [got, expected] = [essence(stormy.result), essence(quiet.result)];
    if (got !== expected) violations.push(`the run gave ${got}, an uninterrupted run gives ${expected}`);
  }
  return { ...stormy, violations };
}

/** What has to be the same in every run: everything but times, and what monitors saw. */
function essence({ status, output, nodes }: RunResult): string {
  const monitors = Object.keys(output).filter((id) => nodes[id]?.type === "monitor");
  const tops = Object.entries(nodes)
    .filter(([path]) => !/[.[]/.test(path))
    .map(([path, node]) => `${path} ${node.status} ${node.skipReason ?? ""}`)
    .toSorted();
  const kept = Object.entries(output).filter(([id]) => !monitors.includes(id));
  return JSON.stringify([status, kept, tops], (key, value: unknown) =>
    key === "respondedAt" || key === "triggered" || key === "checks" || key === "triggerCount" || key === "lastValue"
      ? undefined
      : value,
  );
}
