import type { TestModule } from "vitest/node";
import { expect, test } from "vitest";
import { SkippedTests } from "../src/skipped-tests.ts";

const moduleOf = (tests: readonly { fullName: string; note?: string }[]): TestModule => {
  const skipped = tests.map(({ fullName, note }) => ({ fullName, result: () => ({ state: "skipped", note }) }));
  return { children: { allTests: () => skipped } } as unknown as TestModule;
};

test("skipped tests are named under their reason, at most five of them", () => {
  const lines: string[] = [];
  const many = Array.from({ length: 7 }, (_, index) => ({ fullName: `jail ${index}`, note: "no bubblewrap" }));
  new SkippedTests((line) => lines.push(line)).onTestRunEnd([
    moduleOf(many.slice(0, 3)),
    moduleOf([...many.slice(3), { fullName: "other" }]),
  ]);
  expect(lines).toEqual([
    "Skipped 7: no bubblewrap",
    ...many.slice(0, 5).map(({ fullName }) => `  ${fullName}`),
    "  and 2 more",
    "Skipped 1: no reason given",
    "  other",
  ]);
});
