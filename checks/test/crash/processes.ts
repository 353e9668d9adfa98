import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Effect } from "./effect-tool.ts";
import type { ModelWorkerTask } from "./model-worker.ts";
import type { WorkerTask } from "./worker.ts";

export interface Line {
  readonly ready?: number;
  readonly runId?: string;
  readonly status?: string;
  readonly error?: string;
  /** How a command ended that was executed meanwhile. */
  readonly command?: { readonly status: number | null; readonly stdout: string };
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

/** A directory with a store, and with a configuration for commands that use it. */
export interface Place {
  readonly directory: string;
  readonly db: string;
  readonly effects: string;
  effectLines(): Effect[];
}

const children: ChildProcess[] = [];
const directories: string[] = [];
afterAll(() => {
  // Also one that was stopped: it would keep the test runner.
  for (const child of children) child.kill("SIGKILL");
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A new place, which is removed after the tests of the file. */
export function newPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), "ice-crash-"));
  const effects = join(directory, "effects.jsonl");
  const tools = new URL("effect-tool.ts", import.meta.url);
  writeFileSync(
    join(directory, "ice.config.mjs"),
    `import { effectTool } from "${tools.href}";
     export default { tools: [effectTool(${JSON.stringify(effects)})], store: "sqlite:ice.db" };`,
  );
  directories.push(directory);
  return {
    directory,
    db: join(directory, "ice.db"),
    effects,
    effectLines: () =>
      existsSync(effects)
        ? readFileSync(effects, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Effect)
        : [],
  };
}

/** Starts a process, which is killed at the latest after the tests of the file. @param script - the file of this folder that it runs. */
export function startWorker(task: WorkerTask | ModelWorkerTask, script = "worker.ts"): Worker {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@ice/source", file, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
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
