import { WorkflowExecutionService } from "@ice/core";
import { createDisk, createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

test("a run that another process has ended since it was read does not go on", async () => {
  const disk = createDisk();
  const store = disk.connect();
  const ice = await createTestRuntime(initializeOrchestrator, { store });
  onTestFinished(() => ice.close());
  const nodes = [{ id: "a", type: "tool", toolName: "echo", toolArgs: { v: 1 } }] as const;
  const ended = await new Workflow(nodes, { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" });
  expect(ended.status).toBe("completed");
  const before = disk.records("r").length;
  const run = await store.read("r");
  const read = store.read.bind(store);
  // As it was before its end.
  store.read = async () => {
    store.read = read;
    return { ...run, status: "interrupted", records: run.records.slice(0, -1) };
  };
  const resumed = await ice.runtime.use(WorkflowExecutionService).resume("r");
  expect(resumed).toEqual(ended);
  expect(disk.records("r")).toHaveLength(before);
});
