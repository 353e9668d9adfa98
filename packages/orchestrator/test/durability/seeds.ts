import { sim, shrink, type SimulatedStart } from "@ice/testing";
import { expect } from "vitest";
import { initializeOrchestrator } from "../../src/index.ts";

export const start: SimulatedStart = initializeOrchestrator;

/** Seeds of one run of the suite. `ICE_SIM_SEEDS` and `ICE_SIM_FROM` look for more. */
const seeds = Number(process.env["ICE_SIM_SEEDS"] ?? 5000);
const from = Number(process.env["ICE_SIM_FROM"] ?? 1);

/** Simulates every seed of one half; the halves run side by side. What fails is shown as small as it gets. */
export async function simulateHalf(half: 0 | 1): Promise<number> {
  let ended = 0;
  for (let seed = from + half; seed < from + seeds; seed += 2) {
    const simulation = await sim(seed, start);
    if (simulation.violations.length > 0) {
      const { scenario, violations, log } = await shrink(simulation, start);
      const report = [`seed ${seed}`, ...violations, JSON.stringify(scenario, null, 1), ...log.slice(-60)].join("\n");
      expect.fail(`${report}\nKeep the scenario as a test in test/regression/.`);
    }
    if (simulation.result !== undefined) ended += 1;
    if (seed % 10 < 2) expect((await sim(seed, start)).log).toEqual(simulation.log);
  }
  return ended / Math.ceil((seeds - half) / 2);
}
