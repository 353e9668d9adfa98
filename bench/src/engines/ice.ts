import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import type { Body } from "../graphs/graph.ts";
import type { Prepare } from "./prepare.ts";

/** The run in progress; one at a time. */
let current: Body;

const startEngine = async () => {
  const runtime = createRuntime();
  registerNode("noop", ({ config }) => current(config["node"] as number), { runtime });
  await initializeOrchestrator({ runtime, limits: { maxNodes: 1_000_000 } });
  return runtime;
};

/** Started by the first graph of a process, as an application does. */
let engine: ReturnType<typeof startEngine> | undefined;

/** ice as users run it: a registered node type, all features enabled, no listeners. The plan is prepared once. */
export const prepareIce: Prepare = async ({ name, dependencies }, body, { concurrency } = {}) => {
  const runtime = await (engine ??= startEngine());
  const nodes = dependencies.map(
    (before, node) =>
      ({ id: `n${node}`, type: "noop", node, dependencies: before.map((at) => `n${at}`) }) as unknown as NodeInput,
  );
  const workflow = new Workflow(nodes, { name, runtime });
  workflow.validate();
  return async () => {
    current = body;
    const result = await workflow.execute({}, { maxConcurrency: concurrency });
    if (result.status !== "completed") throw new Error(`ice: the run ${result.status}: ${result.error?.message}`);
    return result;
  };
};
