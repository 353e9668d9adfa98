import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  createRuntime,
  defineTool,
  WorkflowExecutionService,
  WorkflowFactory,
  type JsonObject,
  type WorkflowExecutionService as Service,
} from "@ice/core";
import { openPostgresRunStore } from "@ice/engine-dbos";
import { initializeOrchestrator } from "@ice/orchestrator";
import { z } from "zod";
import { Steps } from "./steps.ts";
import type { WorkerMessage, WorkerTask } from "./worker-process.ts";

export interface WorkerProcess {
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** After a garbage collection. */
  rssBytes(): Promise<number>;
}

/** A store on Postgres, in a process that queues runs and executes none, and workers in processes of their own. */
export interface Cluster {
  readonly service: Service;
  readonly steps: Steps;
  start(options?: Omit<WorkerTask, "url">): Promise<WorkerProcess>;
  /** Resolves when the run is recorded, with the time then. */
  queue(runId: string, nodes: readonly JsonObject[], options?: { readonly tenant?: string }): Promise<number>;
  close(): Promise<void>;
}

const script = join(import.meta.dirname, "worker-process.ts");

/** Milliseconds since 1970, more exact than `Date.now`. */
export const now = (): number => performance.timeOrigin + performance.now();

/** @param url - with a schema. */
export async function startCluster(url: string): Promise<Cluster> {
  const children = new Set<ChildProcess>();
  const steps = new Steps();
  const runtime = createRuntime();
  const store = await openPostgresRunStore(url);
  // Nodes are checked where they are queued, so their tools are known here too.
  const tools = ["work", "nothing", "rest"].map((name) =>
    defineTool({ name, args: z.object({ ms: z.number().optional() }), run: async () => ({}) }),
  );
  const { close } = await initializeOrchestrator({ runtime, store, tools });
  return {
    service: runtime.use(WorkflowExecutionService),
    steps,
    start(options = {}) {
      const task = { url, ...options } satisfies WorkerTask;
      const child = fork(script, [JSON.stringify(task)], { execArgv: ["--conditions=@ice/source", "--expose-gc"] });
      children.add(child);
      child.once("exit", () => children.delete(child));
      return workerIn(child, steps);
    },
    async queue(runId, nodes, options = {}) {
      const blueprint = { schemaVersion: "ice/v1", name: "bench", nodes: [...nodes] };
      await runtime
        .use(WorkflowFactory)
        .create(blueprint)
        .enqueue({}, { runId, ...options });
      return now();
    },
    async close() {
      for (const child of children) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await close();
    },
  };
}

/** Resolves when it takes runs. @throws Error if it ends before. */
async function workerIn(child: ChildProcess, steps: Steps): Promise<WorkerProcess> {
  const ended = once(child, "exit");
  const answers = new Map<string, (message: WorkerMessage) => void>();
  const answer = (key: "ready" | "rssBytes"): Promise<WorkerMessage> =>
    Promise.race([
      new Promise<WorkerMessage>((resolve) => answers.set(key, resolve)),
      ended.then(() => Promise.reject(new Error("the worker has ended"))),
    ]);
  child.on("message", (message: WorkerMessage) => {
    if ("step" in message) return steps.add(message.step);
    for (const [key, resolve] of answers) if (key in message) resolve(message);
  });
  await answer("ready");
  return {
    pid: child.pid!,
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
    async rssBytes() {
      const answered = answer("rssBytes");
      child.send("memory");
      return ((await answered) as { rssBytes: number }).rssBytes;
    },
  };
}

/** A node that reports when it begins, and takes a while. */
export const work = (id: string, ms = 0, more: JsonObject = {}): JsonObject => ({
  id,
  type: "tool",
  toolName: "work",
  toolArgs: { ms },
  ...more,
});

/** Such nodes, one after the other. */
export const chain = (length: number, ms: number, more: JsonObject = {}): JsonObject[] =>
  Array.from({ length }, (_, at) => work(`n${at}`, ms, { ...more, dependencies: at === 0 ? [] : [`n${at - 1}`] }));
