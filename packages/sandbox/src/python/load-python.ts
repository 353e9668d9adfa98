import { IceError } from "@ice/core";
import { askThread, entryFile } from "../pool/ask-thread.ts";
import type { WorkerParts } from "../pool/pool-worker.ts";
import type { PreparedInterpreter } from "./interpreter-instance.ts";
import type { FromStart, StartSetup } from "./messages.ts";

/** Executions of one worker that may be under way at once; each has 12 MiB and more. */
const maxLanes = 8;
/** Time to prepare the interpreter, in milliseconds. */
const startMs = 60_000;

/** What its workers are made from. */
export const pythonWorkers = (lanes: number): WorkerParts => ({
  entry: fileOf("worker"),
  lanes: Math.min(lanes, maxLanes),
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
  const failed = (message: string): FromStart => ({ ok: false, message });
  const answer = await askThread<FromStart>({
    entry: fileOf("start"),
    name: "ice-python-start",
    workerData: setup,
    maxMs: startMs,
    signal,
    late: () => failed(`it took longer than ${startMs} ms`),
    broken: ({ message }) => failed(message),
    ended: (code) => failed(`its thread exited with ${code}`),
  });
  if (answer.ok) return answer.prepared;
  throw new IceError("ICE_SANDBOX_DENIED", `Python cannot start: ${answer.message}`, {
    fix: answer.fix ?? "install @ice/sandbox-python again",
  });
}

function fileOf(thread: "start" | "worker"): URL {
  return new URL(`./${thread}/${entryFile}`, import.meta.url);
}
