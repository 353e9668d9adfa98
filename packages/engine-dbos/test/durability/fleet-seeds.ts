import { initializeOrchestrator } from "@ice/orchestrator";
import type { SimulatedStart } from "@ice/testing";
import { differences, shrinkBy } from "@ice/testing/internal";
import { expect } from "vitest";
import { randomFleetScenario, smallerFleet, type FleetScenario } from "./fleet/fleet-scenario.ts";
import { FleetSimulationRun, type FleetSimulation } from "./fleet/fleet-simulation.ts";
import type { FleetTables } from "./fleet/fleet-tables.ts";

const start: SimulatedStart = initializeOrchestrator;

/** Changes the tables of a fleet before it starts. */
export type Prepare = (tables: FleetTables) => void;

/** Seeds of one run of the suite. `ICE_SIM_FLEETS` and `ICE_SIM_FROM` look for more. */
const seeds = Number(process.env["ICE_SIM_FLEETS"] ?? 2000);
const from = Number(process.env["ICE_SIM_FROM"] ?? 1);

/** Runs a scenario on a fleet. If its outputs cannot depend on timing, they are compared with those of one process without faults. */
export async function simulateFleet(scenario: FleetScenario, prepare?: Prepare): Promise<FleetSimulation> {
  const simulation = await new FleetSimulationRun(scenario, prepare).live();
  const { result, hasLostWorkers, violations, seen } = simulation;
  // A tool fails in some of its calls: an attempt without any changes which.
  const isOther = seen.has("late cancel") || seen.has("job lost before it began");
  const isComparable = scenario.comparable && !hasLostWorkers && !isOther;
  if (!isComparable || result === undefined) return simulation;
  return { ...simulation, violations: [...violations, ...(await differences(result, scenario, start))] };
}

export const simFleet = (seed: number, prepare?: Prepare): Promise<FleetSimulation> =>
  simulateFleet(randomFleetScenario(seed), prepare);

export const shrinkFleet = (failing: FleetSimulation, tries = 300, prepare?: Prepare): Promise<FleetSimulation> =>
  shrinkBy(failing, { tries, smaller: smallerFleet, simulate: (scenario) => simulateFleet(scenario, prepare) });

/** Simulates every seed of one half, and returns the part of them whose runs have ended. What fails is shown as small as it gets. */
export async function simulateHalf(half: 0 | 1): Promise<number> {
  let ended = 0;
  for (let seed = from + half; seed < from + seeds; seed += 2) {
    const simulation = await simFleet(seed);
    if (simulation.violations.length > 0) {
      const { scenario, violations, log } = await shrinkFleet(simulation);
      const again = `ICE_SIM_FROM=${seed} ICE_SIM_FLEETS=1 pnpm vitest run --project durability fleets`;
      const report = [`seed ${seed}: ${again}`, ...violations, JSON.stringify(scenario, null, 1), ...log.slice(-60)];
      expect.fail(report.join("\n"));
    }
    if (simulation.result !== undefined) ended += 1;
    if (seed % 20 < 2) expect((await simFleet(seed)).log).toEqual(simulation.log);
  }
  const all = Math.ceil((seeds - half) / 2);
  return all === 0 ? 1 : ended / all;
}
