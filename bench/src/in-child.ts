import { fork } from "node:child_process";
import { join } from "node:path";
import type { TaskName, TaskParameters, TaskResult } from "./tasks/task.ts";

const ownEntry = join(import.meta.dirname, "tasks/run-task.ts");
const execArgv = ["--conditions=@ice/source", "--max-old-space-size=8192"];

export interface ChildOptions {
  /** More flags for node. */
  readonly execArgv?: readonly string[];
  /** The measuring program of another checkout. */
  readonly entry?: string | undefined;
  /** The process is ended after this. Default ten minutes. */
  readonly timeoutMs?: number;
}

/** Runs a measurement in a separate process, so that earlier ones have no influence. @throws Error if it ends without a result. */
export function inChild<Name extends TaskName>(
  name: Name,
  parameters: TaskParameters<Name>,
  { execArgv: more = [], entry = ownEntry, timeoutMs = 600_000 }: ChildOptions = {},
): Promise<TaskResult<Name>> {
  const child = fork(entry, [name, JSON.stringify(parameters)], {
    execArgv: [...execArgv, ...more],
    timeout: timeoutMs,
  });
  return new Promise((resolve, reject) => {
    let result: TaskResult<Name> | undefined;
    child.on("message", (message) => {
      result = message as TaskResult<Name>;
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (result !== undefined) return resolve(result);
      reject(new Error(`${name} ${JSON.stringify(parameters)} ended with ${signal ?? code} and without a result`));
    });
  });
}
