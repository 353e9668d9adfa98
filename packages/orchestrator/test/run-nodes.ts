import type { JsonObject, NodeInput, RunOptions, RunResult } from "@ice/core";
import { createTestRuntime, type TestRuntime } from "@ice/testing";
import { initializeOrchestrator, Workflow, type OrchestratorOptions, type WorkflowOptions } from "../src/index.ts";

export interface Setup extends Partial<Omit<WorkflowOptions, "runtime">> {
  readonly start?: OrchestratorOptions;
  readonly before?: Parameters<typeof createTestRuntime>[2];
  readonly inputs?: JsonObject;
  readonly options?: RunOptions;
}

/** A result, and the engine it came from. */
export interface FinishedRun extends RunResult {
  readonly test: TestRuntime;
}

/** Starts an engine under a fake clock, runs the nodes to their end, and closes it. */
export async function runNodes(
  nodes: readonly NodeInput[],
  { start = {}, before, inputs = {}, options = {}, ...rest }: Setup = {},
): Promise<FinishedRun> {
  const test = await createTestRuntime(initializeOrchestrator, start, before);
  try {
    const workflow = new Workflow(nodes, { name: "test", ...rest, runtime: test.runtime });
    return { ...(await test.clock.runUntil(workflow.execute(inputs, options))), test };
  } finally {
    await test.close();
  }
}

export const echo = (id: string, toolArgs: JsonObject = {}, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "echo", toolArgs, ...more }) as NodeInput;
export const sleep = (id: string, ms: number, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "sleep", toolArgs: { ms }, ...more }) as NodeInput;
export const fail = (id: string, toolArgs: JsonObject = {}, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "fail", toolArgs, ...more }) as NodeInput;
export const after = (...dependencies: string[]): { dependencies: string[] } => ({ dependencies });

/** Path → status, with the reason of a skip. */
export const statuses = ({ nodes }: RunResult): Record<string, string> =>
  Object.fromEntries(
    Object.entries(nodes).map(([path, { status, skipReason }]) => [
      path,
      skipReason === undefined ? status : `${status} ${skipReason}`,
    ]),
  );
