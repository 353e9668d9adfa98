import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import type { Prepare } from "./prepare.ts";

const startEngine = async () => {
  const runtime = createRuntime();
  await initializeOrchestrator({ runtime, limits: { maxNodes: 1_000_000 } });
  return runtime;
};

/** Started by the first graph of a process, as an application starts it once. */
let engine: ReturnType<typeof startEngine> | undefined;
let graphs = 0;

/** ice as a user runs it: a node type of one's own, everything on, no listeners. The plan is made once. */
export const prepareIce: Prepare = async ({ name, dependencies }, body, { concurrency } = {}) => {
  const runtime = await (engine ??= startEngine());
  const type = `noop${graphs++}`;
  registerNode(type, ({ config }) => body(config["node"] as number), { runtime });
  const nodes = dependencies.map(
    (before, node) =>
      ({ id: `n${node}`, type, node, dependencies: before.map((at) => `n${at}`) }) as unknown as NodeInput,
  );
  const workflow = new Workflow(nodes, { name, runtime });
  workflow.validate();
  return async () => {
    const result = await workflow.execute({}, { maxConcurrency: concurrency });
    if (result.status !== "completed") throw new Error(`ice: the run ${result.status}: ${result.error?.message}`);
    return result;
  };
};
