import {
  createRuntime,
  defineTool,
  HumanTaskService,
  WorkflowExecutionService,
  WorkflowFactory,
  type ChildNode,
  type RunEvent,
  type RunOptions,
  type RunResult,
  type ToolContext,
} from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { createDisk, createFakeClock, createProcessClock, type ProcessOptions } from "@ice/testing";
import { z } from "zod";
import { initializeOrchestrator, type OrchestratorOptions } from "../../src/index.ts";

/** A call of the tool `effect`, and whether its process saw it end or be aborted. */
export interface Call extends Pick<ToolContext, "path" | "attempt" | "idempotencyKey"> {
  readonly at: number;
  ended: boolean;
  aborted: boolean;
}

interface Execution extends RunOptions {
  readonly settings?: object;
}

/** One disk and one clock, and processes that come and go. */
export function createWorld() {
  const clock = createFakeClock(1_000_000);
  const disk = createDisk();
  const calls: Call[] = [];
  const events: RunEvent[] = [];

  const boot = async (
    store: ProcessOptions = {},
    options: Omit<OrchestratorOptions, "store" | "clock" | "runtime"> = {},
  ) => {
    const processClock = createProcessClock(clock);
    const runtime = createRuntime();
    runtime.events.on("*", (event) => events.push(event));
    const processStore = disk.connect(store);
    const effect = defineTool({
      name: "effect",
      args: z.strictObject({
        ms: z.number().default(0),
        failures: z.int().default(0),
        /** Always fails with a foreign error of this code. */
        code: z.string().optional(),
        v: z.json().default(null),
      }),
      run: ({ ms, failures, code, v }, { path, attempt, idempotencyKey, signal }) =>
        new Promise<{ v: unknown }>((resolve, reject) => {
          const call: Call = { path, attempt, idempotencyKey, at: clock.now(), ended: false, aborted: false };
          calls.push(call);
          const cancel = processClock.setTimer(ms, () => {
            call.ended = true;
            if (code !== undefined) reject(Object.assign(new Error("foreign"), { code }));
            else if (attempt <= failures) reject(new Error("not yet"));
            else resolve({ v });
          });
          signal.addEventListener("abort", () => {
            call.aborted = true;
            cancel();
            reject(signal.reason as Error);
          });
        }) as Promise<never>,
    });
    const repeatable = { ...effect, name: "repeatable", sideEffects: "idempotent" } as const;
    const { close } = await initializeOrchestrator({
      random: () => 0,
      timeSlice: endlessTimeSlice,
      ...options,
      runtime,
      clock: processClock,
      store: processStore,
      tools: [effect, repeatable],
    });
    const runs = runtime.use(WorkflowExecutionService);
    const make = (nodes: readonly ChildNode[], settings: object = {}) =>
      runtime.use(WorkflowFactory).create({ name: "w", nodes, settings });
    return {
      runs,
      tasks: runtime.use(HumanTaskService),
      timers: processClock,
      close,
      make,
      execute: (nodes: readonly ChildNode[], more: Execution = {}): Promise<RunResult> =>
        make(nodes, more.settings).execute({}, { runId: "r", ...more }),
      resume: () => clock.runUntil(runs.resume("r")),
      /** The process dies here and now. */
      kill() {
        processStore.kill();
        processClock.stop();
      },
    };
  };
  const callsOf = (path: string): Call[] => calls.filter((call) => call.path === path);
  return { clock, disk, calls, events, boot, callsOf, records: () => disk.records("r") };
}

export const node = (id: string, type: string, fields: object = {}): ChildNode => ({ id, type, ...fields });
export const effect = (id: string, toolArgs: object = {}, more: object = {}): ChildNode =>
  node(id, "tool", { toolName: "effect", toolArgs, ...more });
export const ask = (id: string, more: object = {}): ChildNode =>
  node(id, "human", { promptMessage: "?", approvalType: "approval", ...more });
