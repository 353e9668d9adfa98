import { defineTool, WorkflowExecutionService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { after, echo } from "./run-nodes.ts";

/** Runs until every `work` has begun, and leaves the run then, as a process does that is asked to end. */
async function leaveDuring(nodes: readonly NodeInput[], settings: object = {}) {
  const signals: AbortSignal[] = [];
  const ends: ((value: number) => void)[] = [];
  const work = defineTool({
    name: "work",
    args: z.object({}),
    run: (_args, { signal }) => {
      signals.push(signal);
      return new Promise<number>((resolve) => ends.push(resolve));
    },
  });
  const ice = await createTestRuntime(initializeOrchestrator, { tools: [work as never] });
  const interrupt = new AbortController();
  const workflow = new Workflow(nodes, { name: "w", settings, runtime: ice.runtime });
  const running = workflow.execute({}, { runId: "r", interrupt: interrupt.signal });
  await ice.clock.advance(100);
  expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map(() => false));
  interrupt.abort();
  const result = await ice.clock.runUntil(running);
  return {
    ...ice,
    result,
    signals,
    /** What was begun ends after all, too late. */
    endWork: async () => {
      for (const end of ends.splice(0)) end(1);
      await ice.clock.advance(0);
    },
    show: () => ice.runtime.use(WorkflowExecutionService).show("r"),
    started: () => ice.events.of("node.started").map(({ path }) => path),
  };
}

const work = (id: string, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "work", ...more }) as NodeInput;

test("releasing a run aborts everything in progress at any depth, with the reason", async () => {
  const { result, signals, close } = await leaveDuring([
    work("a"),
    { id: "l", type: "loop", itemsSource: "[1, 2]", parallel: true, body: [work("b")] } as NodeInput,
  ]);
  expect(result.status).toBe("interrupted");
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  expect(signals[0]!.reason).toMatchObject({ code: "ICE_RUN_CANCELLED", message: "The process releases the run." });
  await close();
});

test("nodes that end after that are not recorded, and nothing starts because of them", async () => {
  const { endWork, show, started, close } = await leaveDuring(
    [
      work("a"),
      echo("next", {}, after("a")),
      echo("waiting"),
      { id: "l", type: "loop", itemsSource: "[1, 2]", body: [work("b"), echo("c", {}, after("b"))] } as NodeInput,
    ],
    { maxConcurrency: 2 },
  );
  const before = started();
  expect(before).toEqual(["a", "waiting", "l", "l[0].b"]);
  await endWork();
  expect(started()).toEqual(before);
  const { status, nodes } = await show();
  expect([
    status,
    Object.entries(nodes)
      .filter(([, node]) => node.status === "completed")
      .map(([path]) => path),
  ]).toEqual(["interrupted", ["waiting"]]);
  await close();
});
