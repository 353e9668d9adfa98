import { simulate, type FaultPlan, type Scenario } from "@ice/testing";
import { expect, test } from "vitest";
import { start } from "./seeds.ts";
import { twelveWorkflows } from "./twelve-workflows.ts";

/** Lines of the log of a run without faults that begin so: the number of possible faults. */
async function count(scenario: Scenario, prefix: string): Promise<number> {
  const { violations, log } = await simulate(scenario, start);
  expect(violations).toEqual([]);
  return log.filter((line) => line.startsWith(prefix)).length;
}

/** Simulates each kind of fault at each call, and expects no violations. Returns the number of simulations. */
async function withEach(scenario: Scenario, faults: readonly (readonly [name: string, Partial<FaultPlan>])[]) {
  for (const [name, fault] of faults) {
    const { violations, result } = await simulate(
      { ...scenario, faultPlan: { ...scenario.faultPlan, ...fault } },
      start,
    );
    expect({ fault: name, violations }).toEqual({ fault: name, violations: [] });
    expect(["completed", "failed"]).toContain(result!.status);
  }
  return faults.length;
}

for (const [name, scenario] of Object.entries(twelveWorkflows)) {
  test(`${name}: whichever journal call fails, or is the last thing a process does, the promise is kept`, async () => {
    for (const commitMs of [0, 3]) {
      const faultPlan = { ...scenario.faultPlan, commitMs };
      const calls = await count({ ...scenario, faultPlan }, "store ");
      const faults = (["reject", "crashBefore", "crashAfter"] as const).flatMap((fault) =>
        Array.from({ length: calls }, (_, index) => {
          const crash = { at: "call", nth: index + 1, fault } as const;
          return [`${fault} at call ${index + 1}`, { crashes: [crash] }] as const;
        }),
      );
      // The same again: the second process crashes at the same call.
      const twice = faults.map(
        ([fault, { crashes }]) => [`${fault}, twice`, { crashes: [...crashes, ...crashes] }] as const,
      );
      expect(await withEach({ ...scenario, faultPlan }, [...faults, ...twice])).toBe(6 * calls);
    }
  }, 60_000);

  test(`${name}: whichever tool call fails, the promise is kept`, async () => {
    const calls = await count(scenario, "call ");
    expect(calls).toBeGreaterThan(0);
    const faults = Array.from(
      { length: calls },
      (_, index) => [`call ${index + 1}`, { failingCall: index + 1 }] as const,
    );
    await withEach({ ...scenario, comparable: false }, faults);
  }, 60_000);
}

test("there are twelve", () => {
  expect(Object.keys(twelveWorkflows)).toHaveLength(12);
});
