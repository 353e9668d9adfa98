import { expect, test } from "vitest";
import type { RunSummary, Task } from "../api/types.ts";
import { askedBy } from "../state/asked.ts";
import { matches, nowText } from "./now-text.ts";

const now = new Date(2026, 10, 30, 12).getTime();
const run = (more: Partial<RunSummary>): RunSummary => ({
  runId: "01a9f2c4-91d6",
  workflow: "seller-assistant",
  version: "0.1.0",
  kind: "workflow",
  status: "running",
  startedAt: now - 5000,
  updatedAt: now - 3000,
  ...more,
});
const task = { path: "review", assignees: ["kim", "lee"], promptMessage: "Publish 45\nlistings?" } as unknown as Task;

test.each([
  [run({ nodes: 12 }), "Runs: 12 nodes done, the last step 3 s ago"],
  [run({}), "Runs, the last step 3 s ago"],
  [run({ status: "suspended", resumeAt: now + 7_200_000 }), "Waits until 14:00:00 today at the latest"],
  [run({ status: "suspended" }), "Waits for an answer or a signal"],
  [
    run({ status: "failed", error: { code: "ICE_X", message: "no cost", path: "listings[15].price" } }),
    "Failed at listings[15].price: ICE_X, no cost",
  ],
  [run({ status: "failed" }), "Failed"],
  [run({ status: "cancelled", error: { code: "ICE_RUN_CANCELLED", message: "by request" } }), "Cancelled: by request"],
  [run({ status: "completed", createdBy: "kim" }), "Started by kim"],
])("a sentence for %o", (one, sentence) => {
  expect(nowText(one, now)).toBe(sentence);
});

test("what it asks comes first", () => {
  expect(nowText(run({ status: "suspended", resumeAt: now }), now, task)).toBe(
    "review asks kim or lee: Publish 45 listings?",
  );
});

test("a network asks what a run in it asks", () => {
  const network = run({ runId: "n1", kind: "network", status: "suspended" });
  const asked = new Map([
    ["n10.other", task],
    ["n1.train", task],
  ]);
  expect(nowText(network, now, askedBy(network, asked))).toBe("train asks kim or lee: Publish 45 listings?");
  expect(askedBy(run({ runId: "n1" }), asked)).toBeUndefined();
});

test("a text is found in the id and the workflow", () => {
  expect(matches(run({}), ["seller", "91d6"])).toBe(true);
  expect(matches(run({}), ["assist"])).toBe(true);
  expect(matches(run({}), ["seller", "other"])).toBe(false);
});
