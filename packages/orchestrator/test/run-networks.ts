import {
  HumanTaskService,
  NetworkCoordinatorFactory,
  WorkflowExecutionService,
  type JsonObject,
  type NetworkResult,
  type NetworkRunOptions,
  type NodeInput,
  type RegisteredBlueprint,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { initializeOrchestrator, type OrchestratorOptions } from "../src/index.ts";
import { echo, fail, sleep } from "./run-nodes.ts";

export const child = (name: string, nodes: readonly NodeInput[], more: object = {}): RegisteredBlueprint =>
  ({ name, nodes, ...more }) as RegisteredBlueprint;
export const ask: NodeInput = { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" };

export const etl = child("etl", [echo("rows", { rows: [1, 2, 3], region: "{{ inputs.global.region }}" })], {
  outputs: { rows: "{{ rows.rows }}", region: "{{ rows.region }}" },
});
const train = child("train", [echo("n", { n: "{{ size(inputs.rows) }}" })]);
const bad = child("bad", [fail("f", { message: "broken", code: "E_BROKEN" })]);
const slow = child("slow", [sleep("s", 100)]);
const approval = child("approval", [ask, echo("done", { ok: "{{ ask.approved }}" })]);

export const start = async (options: OrchestratorOptions = {}) => {
  const ice = await createTestRuntime(initializeOrchestrator, {
    workflows: [etl, train, bad, slow, approval],
    ...options,
  });
  const factory = ice.runtime.use(NetworkCoordinatorFactory);
  const networkOf = (workflows: readonly JsonObject[], more: JsonObject = {}) =>
    factory.create({ name: "n", global: { region: "eu" }, workflows, ...more });
  const run = (
    workflows: readonly JsonObject[],
    more: JsonObject = {},
    options: NetworkRunOptions = {},
  ): Promise<NetworkResult> => ice.clock.runUntil(networkOf(workflows, more).run({ runId: "net", ...options }));
  const resume = (): Promise<NetworkResult> => ice.clock.runUntil(factory.resume("net"));
  const issuesOf = (workflows: readonly JsonObject[], more: JsonObject = {}) =>
    networkOf(workflows, more)
      .issues()
      .map(({ code, path, message, fix }) => ({ code, path, message, fix }));
  const runs = ice.runtime.use(WorkflowExecutionService);
  const tasks = ice.runtime.use(HumanTaskService);
  return { ...ice, factory, networkOf, run, resume, issuesOf, runs, tasks };
};

export const statuses = ({ workflows }: NetworkResult): Record<string, string> =>
  Object.fromEntries(Object.entries(workflows).map(([id, { status }]) => [id, status]));
