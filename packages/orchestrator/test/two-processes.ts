import {
  createRuntime,
  defineTool,
  IceError,
  JobRunner,
  LanguageModelService,
  RunStore,
  type JsonObject,
  type NodeInput,
  type PlacedJob,
  type PlacedOutcome,
  type PlacedStep,
  type RunDispatcher,
  type RunOptions,
} from "@ice/core";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { named } from "./language-nodes.ts";

/** A node that says where it is executed. */
export const where = (id: string, toolArgs: JsonObject = {}, more: object = {}): NodeInput => ({
  id,
  type: "tool",
  toolName: "where",
  toolArgs,
  ...more,
});
export const onGpu = { requires: ["gpu"] };
const child = named("child", [where("c")]);
const demanding = named("demanding", [where("c", {}, { requires: ["d", "e"] })]);

/** A process with a tool that says where, and in which attempt, it was called. */
export async function startProcess(
  name: string,
  options: Pick<OrchestratorOptions, "store">,
  models?: LanguageModelService,
) {
  const calls: { readonly path: string; readonly attempt: number; readonly key: string; aborted: boolean }[] = [];
  const tool = defineTool({
    name: "where",
    description: "Says where it is called.",
    args: z.strictObject({
      fails: z.int().default(0),
      waits: z.boolean().default(false),
      with: z.unknown().optional(),
    }),
    sideEffects: "external",
    async run({ fails, waits, with: value }, { attempt, path, idempotencyKey, signal }) {
      const call = { path, attempt, key: idempotencyKey, aborted: false };
      calls.push(call);
      if (attempt <= fails) throw new IceError("ICE_BUSY", "not yet", { retryable: true });
      if (waits)
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => ((call.aborted = true), resolve()));
        });
      return { at: name, attempt, with: value ?? null };
    },
  });
  const send = defineTool({
    name: "send",
    takesSecrets: true,
    args: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
    run: ({ headers }) => headers,
  });
  const runtime = createRuntime();
  if (models !== undefined) runtime.provide(LanguageModelService, models);
  const { close } = await initializeOrchestrator({
    runtime,
    env: { CANARY: "canary+0123456789" },
    secrets: { token: { env: "CANARY", hosts: ["x.test"] } },
    tools: [tool as never, send as never],
    workflows: [child, demanding],
    ...options,
  });
  onTestFinished(close);
  return { runtime, calls };
}

interface RunArguments extends RunOptions {
  readonly inputs?: JsonObject;
}

/** Two processes on one store: one owns runs, and the other provides `gpu`. */
export async function twoProcesses(
  place: (job: PlacedJob, run: () => Promise<PlacedOutcome>, steps: readonly PlacedStep[]) => Promise<PlacedOutcome> = (
    _,
    run,
  ) => run(),
  { claimedBy, models }: { readonly claimedBy?: string | undefined; readonly models?: LanguageModelService } = {},
) {
  const jobs: PlacedJob[] = [];
  const dispatcher: RunDispatcher = {
    enqueue: () => Promise.reject(new Error("nothing is queued here")),
    handOn: () => Promise.resolve(false),
    executes: (requires) => requires.length === 0,
    workersOf: (_, attempts) => Promise.resolve(attempts.map(() => claimedBy)),
    place: async (job, signal, listener) => {
      jobs.push(job);
      if (claimedBy !== undefined) listener?.onClaimed?.(claimedBy);
      const steps: PlacedStep[] = [];
      const onStep = async (step: PlacedStep): Promise<void> => void steps.push(step);
      const run = () => gpu.runtime.use(JobRunner).run({ ...job, tenant: "default" }, signal, onStep);
      return { ...(await place(job, run, steps)), steps };
    },
  };
  const store: RunStore = Object.assign(new MemoryRunStore(), { dispatcher });
  const gpu = await startProcess("gpu", { store: new MemoryRunStore() }, models);
  // It reads documents where the owner has stored them.
  Object.assign(gpu.runtime.use(RunStore), { read: (runId: string) => store.read(runId) });
  const owner = await startProcess("owner", { store }, models);
  const run = (nodes: readonly NodeInput[], { inputs = {}, ...options }: RunArguments = {}, settings = {}) =>
    new Workflow(nodes, { name: "test", runtime: owner.runtime, settings }).execute(inputs, { runId: "r", ...options });
  return { run, jobs, owner, gpu, store };
}
