import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createRuntime,
  HumanTaskService,
  WorkflowExecutionService,
  WorkflowFactory,
  type EventListener,
  type JsonObject,
  type RunResult,
  type RunStore,
  type WorkflowExecutionService as Service,
} from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { Client } from "pg";
import { openPostgresRunStore } from "../src/index.ts";
import type { WorkerTask } from "./worker-process.ts";
import { workAgents, workTool, type Step } from "./worker-tools.ts";

export interface WorkerProcess {
  readonly id: string;
  readonly pid: number;
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void;
  /** How it ended: its code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** A store on Postgres, with workers in processes of their own. */
export interface Cluster {
  readonly store: RunStore;
  readonly service: Service;
  readonly tasks: HumanTaskService;
  start(options?: Partial<WorkerTask>): Promise<WorkerProcess>;
  queue(
    runId: string,
    nodes: readonly JsonObject[],
    settings?: JsonObject,
    options?: { readonly inputs?: JsonObject; readonly tenant?: string },
  ): Promise<void>;
  /** Executes a run in this process, which places nodes on workers. */
  own(runId: string, nodes: readonly JsonObject[], settings?: JsonObject, onEvent?: EventListener): Promise<RunResult>;
  /** The result of a run that has ended or is suspended. */
  result(runId: string, timeoutMs?: number): Promise<RunResult>;
  /** What the tools have done. */
  steps(selection?: Partial<Step>): Step[];
  query(sql: string, ...values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A lease that a busy machine can renew. */
export const leaseMs = 2000;

const script = fileURLToPath(new URL("worker-process.ts", import.meta.url));

/** @param url - with a schema of its own. */
export async function startCluster(url: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "ice-workers-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  const schema = new URL(url).searchParams.get("schema")!;
  const children = new Set<ChildProcess>();
  const runtime = createRuntime();
  const store = await openPostgresRunStore(url);
  const { close } = await initializeOrchestrator({ runtime, store, tools: [workTool(log)], agents: workAgents });
  const service = runtime.use(WorkflowExecutionService);
  const workflow = (nodes: readonly JsonObject[], settings: JsonObject = {}) =>
    runtime.use(WorkflowFactory).create({ schemaVersion: "ice/v1", name: "demo", settings, nodes });
  const query = async (sql: string, ...values: readonly unknown[]) => {
    const client = new Client({ connectionString: url, options: `-c search_path=${schema}` });
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  return {
    store,
    service,
    tasks: runtime.use(HumanTaskService),
    query,
    async start(options = {}) {
      const task = { url, log, leaseMs, ...options } satisfies WorkerTask;
      const child = spawn(process.execPath, ["--conditions=@ice/source", script, JSON.stringify(task)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.add(child);
      const ended = once(child, "exit").then(([code, signal]) => {
        children.delete(child);
        return (code ?? signal) as number | NodeJS.Signals;
      });
      const [line] = (await Promise.race([once(child.stdout, "data"), ended.then(() => ["{}"])])) as [Buffer | string];
      const { worker } = JSON.parse(String(line)) as { worker?: string };
      if (worker === undefined) throw new Error("The worker has ended before it was ready.");
      return { id: worker, pid: child.pid!, kill: (signal) => void child.kill(signal), ended };
    },
    async queue(runId, nodes, settings, { inputs = {}, tenant } = {}) {
      await workflow(nodes, settings).enqueue(inputs, { runId, tenant });
    },
    own: (runId, nodes, settings, onEvent) => workflow(nodes, settings).execute({}, { runId, onEvent }),
    async result(runId, timeoutMs = 40_000) {
      await service.wait(runId, { timeoutMs });
      return service.show(runId);
    },
    steps(selection = {}) {
      const all = readFileSync(log, "utf8").split("\n").filter(Boolean);
      return all
        .map((line) => JSON.parse(line) as Step)
        .filter((step) => Object.entries(selection).every(([key, value]) => step[key as keyof Step] === value));
    },
    async close() {
      for (const child of children) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await close();
      await query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_dbos CASCADE`).catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A node that works for a while. */
export const work = (id: string, toolArgs: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  id,
  type: "tool",
  toolName: "work",
  toolArgs,
  ...more,
});

/** A node after another. */
export const after = (...dependencies: string[]): JsonObject => ({ dependencies });

/** Nodes one after the other. */
export const chain = (length: number, ms: number): JsonObject[] =>
  Array.from({ length }, (_, at) => work(`n${at}`, { ms }, at === 0 ? {} : after(`n${at - 1}`)));
