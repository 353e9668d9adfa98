import { setTimeout as delay } from "node:timers/promises";
import { createRuntime, defineTool } from "@ice/core";
import { openPostgresRunStore, startWorker, type WorkerOptions } from "@ice/engine-dbos";
import { initializeOrchestrator } from "@ice/orchestrator";
import { z } from "zod";

export interface WorkerTask extends WorkerOptions {
  readonly url: string;
  /** Default: that of the store. */
  readonly leaseMs?: number;
}

/** What a tool did, and when, in milliseconds since 1970. */
export interface Step {
  readonly phase: "begin" | "abort";
  readonly at: number;
  readonly pid: number;
  readonly run: string;
  readonly path: string;
}

/** What a worker sends to the process that has started it. */
export type WorkerMessage = { readonly ready: string } | { readonly step: Step } | { readonly rssBytes: number };

/** A worker in a process of its own. It sends what its tools do, and its memory whenever it is asked. SIGTERM drains it. */
const { url, leaseMs, ...options } = JSON.parse(process.argv[2]!) as WorkerTask;
const send = (message: WorkerMessage): void => void process.send!(message);
const now = (): number => performance.timeOrigin + performance.now();

const work = defineTool({
  name: "work",
  args: z.object({ ms: z.number() }),
  async run({ ms }, { runId: run, path, signal }) {
    const report = (phase: Step["phase"]): void => send({ step: { phase, at: now(), pid: process.pid, run, path } });
    report("begin");
    if (ms === 0) return {};
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      report("abort");
      throw error;
    }
    return {};
  },
});
const nothing = defineTool({ name: "nothing", sideEffects: "none", args: z.object({}), run: async () => ({}) });
const rest = defineTool({
  name: "rest",
  sideEffects: "none",
  args: z.object({ ms: z.number() }),
  run: async ({ ms }, { signal }) => (await delay(ms, undefined, { signal }), {}),
});

const runtime = createRuntime();
const store = await openPostgresRunStore(url, { leaseMs });
const { close } = await initializeOrchestrator({ runtime, store, tools: [work, nothing, rest] });
const worker = await startWorker(store, runtime, options);
process.once("SIGTERM", () => void drain());
process.once("disconnect", () => process.exit());
process.on("message", () => {
  globalThis.gc?.();
  send({ rssBytes: process.memoryUsage().rss });
});
send({ ready: worker.id });

async function drain(): Promise<void> {
  await worker.drain(10_000);
  await close();
  process.exit(0);
}
