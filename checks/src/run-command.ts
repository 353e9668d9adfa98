import { execFile } from "node:child_process";

export interface CommandResult {
  /** Exit code; null when the command did not start, was ended by a signal, or took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** Runs a program to its end, without standard input. */
export function runCommand(
  [program, ...args]: readonly string[],
  { cwd, env, timeoutMs }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 2 ** 20 } as const;
    const child = execFile(program!, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr: code === null ? `${stderr}${error?.message}` : stderr });
    });
    child.stdin?.end();
  });
}
