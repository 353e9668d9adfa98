import { defineTool } from "@ice/core";
import { createDisk, createFakeClock, createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

test("a wait that is cancelled while the store is asked for signals records no request", async () => {
  const clock = createFakeClock();
  const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
  const store = createDisk().connect();
  const signals = store.signals.bind(store);
  store.signals = async (runId, from) => {
    await pass(20);
    return signals(runId, from);
  };
  const after = defineTool({ name: "after", args: z.object({ ms: z.number() }), run: ({ ms }) => pass(ms) });
  const ice = await createTestRuntime(initializeOrchestrator, { store, tools: [after] }, { clock });
  onTestFinished(() => ice.close());
  const step = (id: string, ms: number, more: object = {}) => ({
    id,
    type: "tool",
    toolName: "after",
    toolArgs: { ms },
    ...more,
  });
  const body = [
    { id: "w", type: "wait", signal: "go", buffer: false },
    step("f", 10, { outputSchema: { type: "string" } }),
  ];
  // What cleans up is still under way when the store answers.
  const nodes = [{ id: "s", type: "scope", body, finally: [step("c", 50)] }] as never;
  const workflow = new Workflow(nodes, { name: "w", runtime: ice.runtime, settings: { failurePolicy: "halt" } });
  const result = await clock.runUntil(workflow.execute({}, { runId: "r" }));
  expect(result).toMatchObject({
    status: "failed",
    nodes: { "s.w": { status: "cancelled" }, "s.c": { status: "completed" } },
  });
  expect((await store.read("r")).records.map(({ kind }) => kind)).not.toContain("waiting");
});
