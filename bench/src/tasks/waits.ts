import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, WorkflowExecutionService, type NodeInput, type RunOptions } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { median } from "../statistics.ts";

export interface WaitsParameters {
  /** Suspended runs that wait for a year. */
  readonly timers: number;
}

export interface WaitsFigures {
  /** Growth of the heap by all of them. */
  readonly heapBytes: number;
  /** Finding the three that are due, in milliseconds. */
  readonly dueMs: number;
  /** From a cancel to the end of a run whose scope has a hundred nodes in flight, in milliseconds; cleanup included. */
  readonly cancelMs: number;
  /** From a signal to the end of the run that waits for it, in milliseconds. */
  readonly signalMs: number;
}

const year = 365 * 24 * 3600;
const atOnce = 100;

/** What waiting costs: suspended timers, and stopping and continuing what waits. */
export async function measureWaits({ timers }: WaitsParameters): Promise<WaitsFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ice-bench-waits-"));
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({
    runtime,
    store: `sqlite:${join(folder, "ice.db")}`,
    staySeconds: 0,
  });
  const runs = runtime.use(WorkflowExecutionService);
  const workflowOf = (...nodes: readonly object[]): Workflow =>
    new Workflow(nodes as readonly NodeInput[], { name: "waits", runtime });
  const nap = workflowOf({ id: "nap", type: "wait", seconds: "{{ inputs.seconds }}" });
  const suspend = (seconds: number, options?: RunOptions) => nap.execute({ seconds }, options);
  const many = () => Promise.all(Array.from({ length: atOnce }, () => suspend(year)));
  await many(); // what is compiled and allocated once
  const before = heapUsed();
  for (let made = 0; made < timers; made += atOnce) await many();
  const heapBytes = heapUsed() - before;
  for (const seconds of [1, 2, 3]) await suspend(seconds);
  const dueBy = Date.now() + 10_000;
  const dueMs = await medianOf(9, async () => {
    const { length } = await runs.list({ dueBy, limit: 10_000 });
    if (length !== 3) throw new Error(`${length} runs are due instead of 3`);
  });
  const sleeps = Array.from({ length: atOnce }, (_, n) => ({
    id: `s${n}`,
    type: "tool",
    toolName: "sleep",
    toolArgs: { ms: 3_600_000 },
  }));
  const last = { id: "clean", type: "tool", toolName: "echo", toolArgs: {} };
  const scoped = workflowOf({ id: "scope", type: "scope", body: sleeps, finally: [last] });
  const cancelMs = await medianOf(9, async (start, n) => {
    const { result } = runs.start(scoped, {}, { runId: `cancelled${n}` });
    await pause(100);
    start();
    await runs.cancel(`cancelled${n}`);
    if ((await result).status !== "cancelled") throw new Error("the run was not cancelled");
  });
  const waiting = workflowOf({ id: "w", type: "wait", signal: "go" });
  const signalMs = await medianOf(9, async (start, n) => {
    const { result } = runs.start(waiting, {}, { runId: `signalled${n}`, wait: true });
    await pause(50);
    start();
    await runs.signal(`signalled${n}`, "go");
    if ((await result).status !== "completed") throw new Error("the run has not completed");
  });
  await close();
  rmSync(folder, { recursive: true });
  return { heapBytes, dueMs, cancelMs, signalMs };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The median time of some work, from its beginning or from the call of `start`. */
async function medianOf(times: number, work: (start: () => void, n: number) => Promise<void>): Promise<number> {
  const measured: number[] = [];
  for (let n = 0; n < times; n += 1) {
    let began = performance.now();
    await work(() => (began = performance.now()), n);
    measured.push(performance.now() - began);
  }
  return median(measured);
}

/** After everything that can be collected was. */
function heapUsed(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}
