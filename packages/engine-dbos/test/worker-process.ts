/** A worker as a program of a user: `node worker-process.ts '{ "url": …, "log": … }'`. SIGTERM drains it. */
import { createRuntime } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { openPostgresRunStore, startWorker, type WorkerOptions } from "../src/index.ts";
import { workAgents, workTool } from "./worker-tools.ts";

export interface WorkerTask extends WorkerOptions {
  readonly url: string;
  /** The file to which tools write. */
  readonly log: string;
  readonly leaseMs: number;
  /** Default: what goes with the lease. */
  readonly beatMs?: number;
  readonly drainMs?: number;
}

const {
  url,
  log,
  leaseMs,
  beatMs = Math.min(500, leaseMs / 5),
  drainMs = 10_000,
  ...options
} = JSON.parse(process.argv[2]!) as WorkerTask;
const runtime = createRuntime();
const store = await openPostgresRunStore(url, { leaseMs, beatMs });
const { close } = await initializeOrchestrator({ runtime, store, tools: [workTool(log)], agents: workAgents });
const worker = await startWorker(store, runtime, options);
const drain = async (): Promise<void> => {
  await worker.drain(drainMs);
  await close();
  process.exit(0);
};
process.once("SIGTERM", () => void drain());
process.stdout.write(`${JSON.stringify({ worker: worker.id })}\n`);
