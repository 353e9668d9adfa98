import type { NodeInput } from "@ice/core";
import { expect, test } from "vitest";
import { after, echo, runNodes, sleep } from "./run-nodes.ts";

const monitor = (metricExpression: string): NodeInput =>
  ({ id: "m", type: "monitor", metricExpression, actionOnTrigger: "alert", alertChannels: [] }) as NodeInput;
const chain = [sleep("a", 10), sleep("b", 10, after("a")), sleep("c", 10, after("b"))];
const off = echo("off", {}, { when: "false" });

test.each([
  ["metrics.nodesCompleted == 3", [...chain], true],
  ["metrics.nodesRunning > 1", [...chain], false],
  ["metrics.nodesRunning == 2", [sleep("a", 10), sleep("b", 20), sleep("c", 30)], true],
  // Once `a` has ended there is more than one end: only what was skipped alone can have been seen.
  ["metrics.nodesSkipped == 1 && metrics.nodesCompleted == 0", [sleep("a", 10), off], true],
  ["metrics.nodesSkipped == 1 && metrics.nodesCompleted == 2", [sleep("a", 10), off, echo("b", {}, after("a"))], true],
  ["metrics.nodesFailed > 0", [...chain], false],
])("a monitor of `%s` looks after each node until the last has ended", async (metric, nodes, triggered) => {
  const { output } = await runNodes([monitor(metric), ...nodes]);
  expect(output["m"]).toMatchObject({ triggered, triggerCount: triggered ? 1 : 0 });
});
