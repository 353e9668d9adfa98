import { noFaults, simulate, type Crash, type Scenario, type Simulation } from "@ice/testing";
import { expect, test } from "vitest";
import { containers, neighbours, scenarioOf } from "./container-kinds.ts";
import { start } from "./seeds.ts";

const kept = async (scenario: Scenario): Promise<Simulation> => {
  const simulation = await simulate(scenario, start);
  expect(simulation.violations).toEqual([]);
  return simulation;
};

/** Outputs without times. */
const outputOf = ({ result }: Simulation): string =>
  JSON.stringify(result!.output, (key, value: unknown) =>
    ["respondedAt", "checks", "triggered", "triggerCount", "lastValue"].includes(key) ? undefined : value,
  );

/** Journal calls of a simulation with a record of this kind, numbered from 1 within each process. */
function callsWith(kind: string, log: readonly string[]): { process: number; nth: number }[] {
  const calls: { process: number; nth: number }[] = [];
  let process = 0;
  let nth = 0;
  for (const line of log) {
    if (line.startsWith("process ")) [process, nth] = [process + 1, 0];
    if (!line.startsWith("store ")) continue;
    nth += 1;
    if (line.includes(`"kind":"${kind}"`)) calls.push({ process, nth });
  }
  return calls;
}

for (const outer of Object.keys(containers))
  test(`a person beside any node inside any container inside ${outer}: answered later, before, and with crashes between`, async () => {
    for (const inner of Object.keys(containers))
      for (const neighbour of Object.keys(neighbours)) {
        const faultPlan = { ...noFaults, commitMs: 2 };
        const scenario = scenarioOf(outer, inner, neighbour, faultPlan);
        const later = await kept(scenario);
        expect(later.result!.status).toBe("completed");
        expect(later.log.some((line) => line.includes('"kind":"suspended"'))).toBe(true);

        const asked = later.log.flatMap((line) => {
          const record = line.startsWith('{"kind":"waiting"') ? (JSON.parse(line) as { path: string }) : undefined;
          return record === undefined ? [] : [record.path];
        });
        const before = { ...scenario.people["h"]!, when: "early", paths: asked } as const;
        const early = await kept({ ...scenario, people: { h: before, n: before } });
        expect(early.log.some((line) => line.includes('"kind":"suspended"'))).toBe(false);
        expect(outputOf(early)).toBe(outputOf(later));

        for (const kind of ["waiting", "suspended", "resumed"]) {
          const call = callsWith(kind, later.log)[0]!;
          const fault = kind === "suspended" ? "crashBefore" : "crashAfter";
          const crashes = Array.from({ length: call.process }, (_, index): Crash => {
            const dies = index === call.process - 1;
            return { at: "call", nth: dies ? call.nth : Infinity, fault };
          });
          const crashed = await kept({ ...scenario, faultPlan: { ...faultPlan, crashes } });
          expect(outputOf(crashed)).toBe(outputOf(later));
        }
      }
  }, 120_000);
