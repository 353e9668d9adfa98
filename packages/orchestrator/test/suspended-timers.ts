import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRuntime, RunStore, WorkflowExecutionService, type RunResult } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { echo } from "./run-nodes.ts";

const year = 365 * 24 * 3600;
const atOnce = 100;

/**
 * Declares the test of so many timers that end in a year, beside three that end soon.
 *
 * @param heapBytes - how much the heap may grow meanwhile, whatever their number.
 */
export function describeSuspendedTimers(count: number, { heapBytes }: { readonly heapBytes: number }): void {
  test(`${count} timers that end in a year cost nothing while they wait, and those that are due are found at once`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ice-timers-"));
    const clock = createFakeClock();
    const start = async () => {
      const runtime = createRuntime();
      const { close } = await initializeOrchestrator({ runtime, clock, store: `sqlite:${join(folder, "ice.db")}` });
      const nodes = [
        { id: "nap", type: "wait", seconds: "{{ inputs.seconds }}" } as const,
        echo("after", { at: "{{ nap.at }}" }),
      ];
      const workflow = new Workflow(nodes, { name: "naps", runtime });
      const nap = (seconds: number, runId?: string): Promise<RunResult> => workflow.execute({ seconds }, { runId });
      return { nap, runs: runtime.use(WorkflowExecutionService), store: runtime.use(RunStore), close };
    };
    const first = await start();
    try {
      const nap = (): Promise<unknown> => Promise.all(Array.from({ length: atOnce }, () => first.nap(year)));
      await nap(); // what is compiled and allocated once
      const before = heapUsed();
      for (let made = atOnce; made < count; made += atOnce) await nap();
      for (const [runId, seconds] of Object.entries({ c: 7200, a: 3600, b: 5400 })) await first.nap(seconds, runId);
      expect(heapUsed() - before).toBeLessThan(heapBytes);
      expect(clock.pending).toBe(0);
      expect(await first.store.list({ dueBy: clock.now() })).toEqual([]);
      expect(await first.store.list({ status: "suspended", limit: 10_000 })).toHaveLength(Math.min(count + 3, 10_000));
    } finally {
      await first.close();
    }

    await clock.advance(7_200_000);
    const second = await start();
    try {
      const due = async (): Promise<readonly string[]> =>
        (await second.runs.list({ dueBy: clock.now(), limit: 10_000 })).map(({ runId }) => runId);
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const started = performance.now();
        expect(await due()).toEqual(["a", "b", "c"]);
        times.push(performance.now() - started);
      }
      expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(10);
      for (const runId of ["a", "b", "c"])
        expect(await second.runs.resume(runId)).toMatchObject({
          status: "completed",
          output: { nap: { signal: null } },
        });
      expect(await due()).toEqual([]);
      expect(clock.pending).toBe(0);
    } finally {
      await second.close();
      rmSync(folder, { recursive: true });
    }
  });
}

/** After everything that can be collected was. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
  return process.memoryUsage().heapUsed;
}
