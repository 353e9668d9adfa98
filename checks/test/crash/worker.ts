/**
 * A process for crash tests: runs or resumes a run on a SQLite store and reports each step as a JSON line.
 *
 *   node worker.ts '{ "db": …, "effects": …, "runs": ["r"], "blueprint": …, "leaseMs"?, "dieAt"?: { "place", "path" } }'
 */
import { appendFileSync } from "node:fs";
import {
  createRuntime,
  defineTool,
  IceError,
  WorkflowExecutionService,
  type RunJournal,
  type RunStore,
} from "@ice/core";
import { initializeOrchestrator, openSqliteRunStore, Workflow } from "@ice/orchestrator";
import { z } from "zod";

/** `before`: before the effect. `after`: after it, before its outcome is written. `recorded`: once that is durable. */
export type Place = "before" | "after" | "recorded";

export interface WorkerTask {
  readonly db: string;
  readonly effects: string;
  readonly runs: readonly string[];
  readonly blueprint: { readonly name: string; readonly nodes: readonly unknown[] };
  readonly leaseMs?: number;
  readonly dieAt?: { readonly place: Place; readonly path: string };
}

const task = JSON.parse(process.argv[2] ?? "null") as WorkerTask;
const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const dieHere = (place: Place, path: string): void => {
  if (task.dieAt?.place === place && task.dieAt.path === path) process.kill(process.pid, "SIGKILL");
};

const effect = defineTool({
  name: "effect",
  args: z.strictObject({ ms: z.number(), failures: z.number().default(0) }),
  async run({ ms, failures }, { runId, path, attempt, idempotencyKey }) {
    dieHere("before", path);
    await new Promise((resolve) => setTimeout(resolve, ms));
    appendFileSync(task.effects, `${JSON.stringify({ runId, path, attempt, idempotencyKey })}\n`);
    dieHere("after", path);
    if (attempt <= failures) throw new Error("not yet");
    return { path };
  },
});

/** The store, with a crash as soon as an outcome is durable. */
function dying(store: RunStore): RunStore {
  const watch = (journal: RunJournal): RunJournal => ({
    runId: journal.runId,
    epoch: journal.epoch,
    append(record) {
      const durable = journal.append(record);
      if (record.kind === "outcome") void durable?.then(() => dieHere("recorded", record.path));
      return durable;
    },
  });
  return Object.assign(Object.create(store) as RunStore, {
    url: store.url,
    durable: store.durable,
    create: async (...given: Parameters<RunStore["create"]>) => watch(await store.create(...given)),
    open: async (...given: Parameters<RunStore["open"]>) => {
      const opened = await store.open(...given);
      return { ...opened, journal: watch(opened.journal) };
    },
    read: store.read.bind(store),
    list: store.list.bind(store),
    signal: store.signal.bind(store),
    requestCancel: store.requestCancel.bind(store),
    collect: store.collect.bind(store),
    secret: store.secret.bind(store),
    close: store.close.bind(store),
  });
}

const runtime = createRuntime();
const store = await openSqliteRunStore(task.db, { leaseMs: task.leaseMs });
const { close } = await initializeOrchestrator({ runtime, store: dying(store), tools: [effect] });
const service = runtime.use(WorkflowExecutionService);
const workflow = new Workflow(task.blueprint.nodes as never, { name: task.blueprint.name, runtime });
report({ ready: process.pid });
await Promise.all(
  task.runs.map(async (runId) => {
    try {
      const { status } = await workflow.execute({}, { runId }).catch((error: unknown) => {
        if (IceError.is(error) && error.code === "ICE_RUN_EXISTS") return service.resume(runId);
        throw error;
      });
      report({ runId, status });
    } catch (error) {
      report({ runId, error: IceError.is(error) ? error.code : String(error) });
    }
  }),
);
await close();
