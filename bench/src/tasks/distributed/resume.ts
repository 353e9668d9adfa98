import {
  createRuntime,
  defineNode,
  HumanTaskService,
  registerNode,
  WorkflowExecutionService,
  type NodeInput,
} from "@ice/core";
import { openPostgresRunStore } from "@ice/engine-dbos";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";

export interface ResumeParameters {
  readonly url: string;
  readonly nodes: number;
  readonly rounds: number;
}

const noop = defineNode({ type: "noop", config: z.object({}), sideEffects: "none" });
const node = (id: string, dependencies: readonly string[] = []): NodeInput =>
  ({ id, type: "noop", dependencies }) as unknown as NodeInput;

/** Milliseconds from the call of `resume`, in a process that has not seen the run, to the start of the first node that has not run. */
export async function measureResume({ url, nodes, rounds }: ResumeParameters): Promise<readonly number[]> {
  const times: number[] = [];
  const list = [
    ...Array.from({ length: nodes }, (_, at) => node(`n${at}`)),
    { id: "ask", type: "human", promptMessage: "?", approvalType: "approval" } as const,
    node("next", ["ask"]),
  ];
  for (let round = 0; round < rounds; round += 1) {
    const runId = `r${round}`;
    const first = await start(url);
    await new Workflow(list, { name: "resume", runtime: first.runtime }).execute({}, { runId });
    await first.runtime.use(HumanTaskService).respond(runId, "ask", { approved: true });
    await first.close();
    const second = await start(url);
    const began = performance.now();
    await second.runtime.use(WorkflowExecutionService).resume(runId, {
      onEvent: ({ type, path }) => {
        if (type === "node.started" && path === "next") times.push(performance.now() - began);
      },
    });
    await second.close();
  }
  return times;
}

async function start(url: string) {
  const runtime = createRuntime();
  registerNode(noop, async () => ({}), { runtime });
  const store = await openPostgresRunStore(url);
  return initializeOrchestrator({ runtime, store, limits: { maxNodes: 1_000_000 } });
}
