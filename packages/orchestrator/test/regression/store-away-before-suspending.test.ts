import { IceError, WorkflowExecutionService } from "@ice/core";
import { createDisk, createFakeClock, createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

/** A run that waits for a signal, on a store whose `signals` fails some times. */
async function waitingRun(failures: number) {
  const clock = createFakeClock();
  const disk = createDisk();
  const store = disk.connect();
  const signals = store.signals.bind(store);
  let left = failures;
  store.signals = (runId) =>
    (left -= 1) >= 0 ? Promise.reject(new IceError("ICE_STORE_UNAVAILABLE", "away")) : signals(runId);
  const ice = await createTestRuntime(initializeOrchestrator, { store }, { clock });
  onTestFinished(() => ice.close());
  const nodes = [{ id: "w", type: "wait", signal: "go" }] as const;
  const begun = new Workflow(nodes, { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" });
  return { ...ice, store, result: await clock.runUntil(begun) };
}

test("a run that only waits is suspended, and not dropped, once the store is there again", async () => {
  const { result, clock, store, runtime } = await waitingRun(2);
  expect(result).toMatchObject({ status: "suspended", waiting: [{ path: "w" }] });
  expect(clock.pending).toBe(0);
  await store.signal("r", { id: "s", name: "go", path: "", value: 1, by: null, at: 0 });
  const resumed = await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r"));
  expect(resumed).toMatchObject({ status: "completed", output: { w: { payload: 1 } } });
});
