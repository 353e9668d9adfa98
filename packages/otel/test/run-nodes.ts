import type { NodeInput } from "@ice/core";
import { Workflow, type OrchestratorOptions } from "@ice/orchestrator";
import { scriptedModel, type ScriptedReply } from "@ice/testing";
import type { OtelOptions } from "../src/index.ts";
import { startTraced } from "./run-traced.ts";

export const node = (id: string, type: string, more: object = {}): NodeInput =>
  ({ id, type, ...more }) as unknown as NodeInput;
export const echo = (id: string, more: object = {}): NodeInput => node(id, "tool", { toolName: "echo", ...more });
export const fail = (id: string, more: object = {}): NodeInput => node(id, "tool", { toolName: "fail", ...more });
export const sleep = (id: string, ms: number, more: object = {}): NodeInput =>
  node(id, "tool", { toolName: "sleep", toolArgs: { ms }, ...more });
export const after = (...dependencies: string[]) => ({ dependencies });

/** Runs nodes to their end, and gives the spans. */
export async function run(
  nodes: readonly NodeInput[],
  {
    replies,
    options = {},
    otelOptions = {},
    inputs = {},
    settings,
  }: {
    replies?: readonly ScriptedReply[];
    options?: OrchestratorOptions;
    otelOptions?: OtelOptions;
    inputs?: object;
    settings?: object;
  } = {},
) {
  const plugins = replies === undefined ? [] : [scriptedModel(replies).plugin];
  const traced = await startTraced({ ...options, plugins }, { otelOptions });
  const workflow = new Workflow(nodes, { name: "w", runtime: traced.runtime, ...(settings && { settings }) } as never);
  const result = await traced.clock.runUntil(workflow.execute(inputs as never));
  await traced.close();
  return { result, spans: traced.telemetry.spans(), telemetry: traced.telemetry };
}
