import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { describeLargeWorkflows } from "./large-workflows.ts";
import { echo, runNodes, sleep } from "./run-nodes.ts";

const seed = 20260101;

/** A random DAG: per node, delays and dependencies on earlier nodes. */
const dag = fc
  .array(fc.record({ ms: fc.nat(50), before: fc.array(fc.nat(1000), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((nodes) =>
    nodes.map(({ ms, before }, index) => ({
      id: `n${index}`,
      ms,
      dependencies: index === 0 ? [] : [...new Set(before.map((at) => `n${at % index}`))],
    })),
  );

test("every node runs exactly once and never before its dependencies, whatever the timing and concurrency", async () => {
  await fc.assert(
    fc.asyncProperty(dag, fc.integer({ min: 1, max: 8 }), async (nodes, maxConcurrency) => {
      const { test, status } = await runNodes(
        nodes.map(({ id, ms, dependencies }) => sleep(id, ms, { dependencies })),
        { settings: { maxConcurrency } },
      );
      expect(status).toBe("completed");
      const started = new Map<string, number>();
      const completed = new Map<string, number>();
      let running = 0;
      for (const { type, path, seq } of test.events.events) {
        if (type === "node.started") {
          expect(started.has(path!)).toBe(false);
          started.set(path!, seq);
          running += 1;
          expect(running).toBeLessThanOrEqual(maxConcurrency);
        } else if (type === "node.completed") {
          completed.set(path!, seq);
          running -= 1;
        }
      }
      expect(started.size).toBe(nodes.length);
      for (const { id, dependencies } of nodes)
        for (const dependency of dependencies) expect(completed.get(dependency)!).toBeLessThan(started.get(id)!);
    }),
    { seed, numRuns: 60 },
  );
});

test("without a concurrency limit the makespan is the critical path", async () => {
  await fc.assert(
    fc.asyncProperty(dag, async (nodes) => {
      const end = new Map<string, number>();
      for (const { id, ms, dependencies } of nodes)
        end.set(id, ms + Math.max(0, ...dependencies.map((dependency) => end.get(dependency)!)));
      const { durationMs } = await runNodes(
        nodes.map(({ id, ms, dependencies }) => sleep(id, ms, { dependencies })),
        { settings: { maxConcurrency: 1000 } },
      );
      expect(durationMs).toBe(Math.max(...end.values()));
    }),
    { seed, numRuns: 40 },
  );
});

test("the same seed gives the same sequence of events", async () => {
  const run = async () => {
    const { test } = await runNodes(
      [
        sleep("a", 5),
        { ...sleep("b", 3), retryPolicy: { maxAttempts: 2, jitter: 1 } } as NodeInput,
        echo("c", {}, { dependencies: ["a", "b"] }),
      ],
      { options: { runId: "r" } },
    );
    return JSON.stringify(test.events.events);
  };
  expect(await run()).toBe(await run());
});

test("two runs at the same time never see each other's data", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const workflow = new Workflow(
    [
      echo("a", { me: "{{ inputs.me }}" }),
      {
        id: "l",
        type: "loop",
        itemsSource: "range(3)",
        parallel: true,
        body: [sleep("s", 1), echo("b", { me: "{{ a.me }}", run: "{{ run.id }}" }, { dependencies: ["s"] })],
        itemOutput: "{{ b.me + '@' + b.run }}",
      },
    ],
    { name: "w", runtime },
  );
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, me) => workflow.execute({ me: `m${me}` }, { runId: `run${me}` })),
  );
  for (const [me, { output }] of results.entries()) expect(output["l"]).toEqual(Array(3).fill(`m${me}@run${me}`));
  await close();
});

test("the output of a node cannot be changed later, by its producer or by a consumer", async () => {
  const shared = { list: [1] };
  const before = {
    before(runtime: ReturnType<typeof createRuntime>) {
      registerNode("producer", () => shared, { runtime });
      registerNode(
        "consumer",
        ({ context }) => {
          shared.list.push(2);
          (context["p"] as { list: number[] }).list.push(3);
          return null;
        },
        { runtime },
      );
    },
  };
  const { output, nodes } = await runNodes(
    [
      { id: "p", type: "producer" },
      { id: "c", type: "consumer", dependencies: ["p"] },
    ] as never,
    { before },
  );
  expect(output["p"]).toEqual({ list: [1] });
  expect(nodes["c"]!.status).toBe("failed");
});

describeLargeWorkflows(20_000);
