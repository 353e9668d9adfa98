import { createRuntime, registerNode, type NodeInput, type RunResult } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { timeRounds, type Effort } from "./rounds.ts";

export interface NestedParameters extends Effort {
  /** `top`: all nodes in one list. Otherwise the body of a loop, with sequential or parallel items. */
  readonly form: "top" | "loop" | "parallelLoop";
  readonly pairs: number;
}

/** Microseconds per node, of each round, for pairs of nodes in which the second waits for the first. */
export async function measureNested({ form, pairs, ...effort }: NestedParameters): Promise<readonly number[]> {
  const runtime = createRuntime();
  let ran = 0;
  registerNode(
    "noop",
    async () => {
      ran += 1;
      return {};
    },
    { runtime },
  );
  await initializeOrchestrator({ runtime, limits: { maxNodes: 2 * pairs } });
  const nodes = form === "top" ? Array.from({ length: pairs }, (_, at) => pair(`${at}`)).flat() : [loopOf(form, pairs)];
  const workflow = new Workflow(nodes, { name: form, runtime });
  workflow.validate();
  const inputs = { items: Array.from({ length: pairs }, (_, at) => at) };
  let result: RunResult | undefined;
  const run = async (): Promise<void> => {
    result = await workflow.execute(inputs);
  };
  const check = (): void => {
    if (ran !== 2 * pairs) throw new Error(`${ran} nodes ran instead of ${2 * pairs}`);
    ran = 0;
    for (let at = 0; at < pairs; at += 1) {
      const path = (id: string): string => (form === "top" ? `${id}${at}` : `each[${at}].${id}`);
      const completed = (id: string): boolean => result?.nodes[path(id)]?.status === "completed";
      if (!completed("a") || !completed("b")) throw new Error(`pair ${at} did not run`);
    }
  };
  const perRun = await timeRounds({ run, check }, effort);
  return perRun.map((ms) => (ms * 1000) / (2 * pairs));
}

const pair = (suffix: string): NodeInput[] =>
  [
    { id: `a${suffix}`, type: "noop" },
    { id: `b${suffix}`, type: "noop", dependencies: [`a${suffix}`] },
  ] as unknown as NodeInput[];

const loopOf = (form: "loop" | "parallelLoop", pairs: number): NodeInput => ({
  id: "each",
  type: "loop",
  itemsSource: "inputs.items",
  maxIterations: pairs,
  parallel: form === "parallelLoop",
  body: pair(""),
});
