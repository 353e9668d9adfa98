import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelWorkerTask } from "./model-worker.ts";
import type { WorkerTask } from "./worker.ts";

/** A line in the file of effects: something that happened outside and cannot be reverted. */
export interface Effect {
  readonly runId: string;
  readonly path: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

export interface Line {
  readonly ready?: number;
  readonly runId?: string;
  readonly status?: string;
  readonly error?: string;
}

/** A process that works until it is done or killed. */
export interface Worker {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  /** Resolves when it has reported that it is about to work. */
  readonly ready: Promise<void>;
  /** Resolves with everything that it reported. */
  readonly ended: Promise<readonly Line[]>;
}

export interface Place {
  readonly db: string;
  readonly effects: string;
  effectLines(): Effect[];
  remove(): void;
}

export function temporaryPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), "ice-crash-"));
  const effects = join(directory, "effects.jsonl");
  return {
    db: join(directory, "ice.db"),
    effects,
    effectLines: () =>
      existsSync(effects)
        ? readFileSync(effects, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Effect)
        : [],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** @param script - the file of this folder that the process runs. */
export function startWorker(task: WorkerTask | ModelWorkerTask, script = "worker.ts"): Worker {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@ice/source", file, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Line[] = [];
  let text = "";
  let isReady!: () => void;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      lines.push(JSON.parse(text.slice(0, at)) as Line);
      text = text.slice(at + 1);
      isReady();
    }
  });
  const ended = new Promise<readonly Line[]>((resolve) => {
    child.on("close", () => {
      isReady();
      resolve(lines);
    });
  });
  return { process: child, lines, ready, ended };
}

/** Lets a worker work for a while, then kills it. Returns what it reported. */
export async function killAfter(worker: Worker, ms: number): Promise<readonly Line[]> {
  await worker.ready;
  const timer = setTimeout(() => worker.process.kill("SIGKILL"), ms);
  const lines = await worker.ended;
  clearTimeout(timer);
  return lines;
}
