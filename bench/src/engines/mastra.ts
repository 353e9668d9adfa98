import { createStep, createWorkflow, type Step, type Workflow } from "@mastra/core/workflows";
import { z } from "zod";
import { levelsOf } from "../graphs/graph.ts";
import type { Prepare } from "./prepare.ts";

/** Mastra has sequential and parallel steps, no graphs: nodes at the same depth run in parallel. */
export const prepareMastra: Prepare = async (graph, body) => {
  const data = z.any();
  const stepOf = (node: number) =>
    createStep({ id: `n${node}`, inputSchema: data, outputSchema: data, execute: () => body(node) });
  const workflow = createWorkflow({ id: graph.name, inputSchema: data, outputSchema: data });
  // Its types depend on every step, which a loop cannot express.
  const steps = workflow as unknown as { then(step: Step): unknown; parallel(steps: Step[]): unknown };
  for (const level of levelsOf(graph)) {
    const side = level.map(stepOf) as unknown as Step[];
    if (side.length === 1) steps.then(side[0]!);
    else steps.parallel(side);
  }
  const committed = workflow.commit() as Workflow;
  return async () => {
    const run = await committed.createRun();
    const result = await run.start({ inputData: {} });
    if (result.status !== "success") throw new Error(`mastra: the run ended with ${result.status}`);
    return result;
  };
};
