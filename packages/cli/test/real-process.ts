import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { folderWith } from "./fake-terminal.ts";

/** The file that starts the command. */
export const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** What processes that tests start have of the environment. With Node's cache of compiled modules a start takes half the time. */
export const environment = {
  PATH: process.env["PATH"],
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
};
export const modules = fileURLToPath(new URL("../node_modules", import.meta.url));

interface ProcessSetup {
  readonly files: Parameters<typeof folderWith>[0];
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the packages of ice are installed in the folder. Default true. */
  readonly installed?: boolean;
  /** The file that is started. Default: the command. */
  readonly program?: string;
  /** A descriptor for standard output. Default: a pipe, whose text is in `text`. */
  readonly stdout?: number;
}

/** The real command, or another program, in a process of its own, in a folder of its own. */
export function startProcess(
  argv: readonly string[],
  { files, node = [], env = {}, installed = true, program = main, stdout }: ProcessSetup,
) {
  const cwd = folderWith(files);
  if (installed) symlinkSync(modules, join(cwd, "node_modules"));
  const child = spawn(process.execPath, ["--conditions=@ice/source", ...node, program, ...argv], {
    cwd,
    env: { ...environment, ...env },
    stdio: ["pipe", stdout ?? "pipe", "pipe"],
  }) as ChildProcessWithoutNullStreams;
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {}); // the command may end before everything was given to it
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    (child[stream] as Readable | null)?.setEncoding("utf8").on("data", (chunk: string) => (text[stream] += chunk));
  const seen = async (stream: "stdout" | "stderr", pattern: RegExp): Promise<void> => {
    while (!pattern.test(text[stream])) await once(child[stream], "data");
  };
  return { child, cwd, text, seen, ended: endOf(child) };
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal };
}
