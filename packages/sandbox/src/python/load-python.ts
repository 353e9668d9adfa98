import { Worker } from "node:worker_threads";
import { IceError } from "@ice/core";
import type { WorkerParts } from "../pool/pool-worker.ts";
import type { PreparedInterpreter } from "./interpreter-instance.ts";
import type { FromStart, StartSetup } from "./messages.ts";

/** Executions of one worker that may be under way at once; each has 12 MiB and more. */
const mostLanes = 8;
/** Time to prepare the interpreter, in milliseconds. */
const startMs = 60_000;

/** What its workers are made from. */
export const pythonWorkers = (lanes: number): WorkerParts => ({
  entry: fileOf("worker"),
  lanes: Math.min(lanes, mostLanes),
  setup: {},
});

export interface LoadPythonOptions {
  readonly cache: StartSetup["cache"];
  /** Ends the thread that prepares the interpreter. */
  readonly signal: AbortSignal;
}

/**
 * Finds the interpreter and prepares it, in a thread of its own.
 *
 * @throws IceError `ICE_SANDBOX_DENIED` when `@ice/sandbox-python`, an optional peer, is not installed, or does not start.
 */
export async function loadPython({ cache, signal }: LoadPythonOptions): Promise<PreparedInterpreter> {
  const { file, sha256 } = await findPackage();
  return start({ file: file.href, sha256, cache }, signal);
}

async function findPackage(): Promise<{ readonly file: URL; readonly sha256: string }> {
  try {
    const { pythonInterpreter } = await import("@ice/sandbox-python");
    return pythonInterpreter();
  } catch (cause) {
    throw new IceError("ICE_SANDBOX_DENIED", "Python needs the package @ice/sandbox-python.", {
      fix: "install it: npm install @ice/sandbox-python",
      cause,
    });
  }
}

async function start(setup: StartSetup, signal: AbortSignal): Promise<PreparedInterpreter> {
  const worker = new Worker(fileOf("start"), {
    workerData: setup,
    env: {},
    argv: [],
    // Unlike other threads it imports core, which from source is found under this condition alone.
    execArgv: ["--no-warnings", ...(isSource ? ["--conditions=@ice/source"] : [])],
    stdin: false,
    name: "ice-python-start",
  });
  const end = (): void => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const answer = await new Promise<FromStart>((resolve) => {
    const timer = setTimeout(() => resolve({ ok: false, message: `it took longer than ${startMs} ms` }), startMs);
    worker.once("message", resolve);
    worker.once("error", (error: Error) => resolve({ ok: false, message: error.message }));
    worker.once("exit", (code) => resolve({ ok: false, message: `its thread exited with ${code}` }));
    worker.once("exit", () => clearTimeout(timer));
  });
  signal.removeEventListener("abort", end);
  await worker.terminate();
  if (answer.ok) return answer.prepared;
  throw new IceError("ICE_SANDBOX_DENIED", `Python cannot start: ${answer.message}`, {
    fix: answer.fix ?? "install @ice/sandbox-python again",
  });
}

const isSource = import.meta.url.endsWith(".ts");

function fileOf(thread: "start" | "worker"): URL {
  return new URL(`./${thread}/main.${isSource ? "ts" : "js"}`, import.meta.url);
}
