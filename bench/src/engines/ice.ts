import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import type { Prepare } from "./prepare.ts";

/** ice as a user runs it: a node type of one's own, everything on, no listeners. The plan is made once. */
export const prepareIce: Prepare = async ({ name, dependencies }, body, { concurrency } = {}) => {
  const runtime = createRuntime();
  registerNode("noop", ({ config }) => body(config["node"] as number), { runtime });
  await initializeOrchestrator({ runtime, limits: { maxNodes: dependencies.length } });
  const nodes = dependencies.map(
    (before, node) =>
      ({ id: `n${node}`, type: "noop", node, dependencies: before.map((at) => `n${at}`) }) as unknown as NodeInput,
  );
  const workflow = new Workflow(nodes, { name, runtime });
  workflow.validate();
  return async () => {
    const result = await workflow.execute({}, { maxConcurrency: concurrency });
    if (result.status !== "completed") throw new Error(`ice: the run ${result.status}: ${result.error?.message}`);
    return result;
  };
};
