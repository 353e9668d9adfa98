import { expect, test } from "vitest";
import { prepareLimit } from "../engines/limit.ts";
import { preparePromises } from "../engines/promises.ts";
import { OrderTrace } from "./order-trace.ts";
import { shapes } from "./shapes.ts";

const pair = { name: "pair", dependencies: [[], [0]] };

test.each([prepareLimit, preparePromises])("a run that keeps the order passes, again and again", async (prepare) => {
  for (const shape of Object.values(shapes)) {
    const graph = shape(30);
    const trace = new OrderTrace(graph);
    const run = await prepare(graph, trace.body);
    for (let times = 0; times < 2; times += 1) {
      await run();
      expect(() => trace.finish()).not.toThrow();
    }
  }
});

test.each([
  [[0], "node 1 of pair ran never"],
  [[0, 1, 1], "node 1 of pair ran twice"],
  [[1, 0], "node 1 of pair ran before 0, for which it waits"],
])("a run of %j is refused", async (order, message) => {
  const trace = new OrderTrace(pair);
  for (const node of order) await trace.body(node);
  expect(() => trace.finish()).toThrow(message);
});
