import { expect, test } from "vitest";
import { sandboxTiers } from "./index.ts";

test("every tier describes what it runs, and one that does not work here has a fix", async () => {
  const tiers = await sandboxTiers();
  expect(tiers.map(({ tier }) => tier)).toEqual(["thread", "thread", "process", "jail"]);
  for (const { available, runs, fix } of tiers) {
    expect(runs).not.toBe("");
    expect(available || fix !== undefined).toBe(true);
  }
});
