import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { runCli, type Terminal } from "../src/index.ts";

/** What a command line printed, and its exit code. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `stdout` as the one JSON document that it is. */
  readonly json: never;
}

export interface Setup {
  /** Files of the working directory. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: string;
  readonly stdinTTY?: boolean;
  readonly env?: Terminal["env"];
  readonly stderrTTY?: boolean;
  readonly stdoutTTY?: boolean;
  readonly columns?: number;
  /** Called with the text of each write to stderr, and a Ctrl-C to press. */
  /** The working directory of an earlier call. Default: a new one. */
  readonly cwd?: string;
  /** Answers what a person is asked; without it there is no person. */
  readonly ask?: Terminal["ask"];
  readonly onStderr?: (text: string, interrupt: () => void) => void;
}

/** A folder of its own for one test, with these files in it; removed when the test has ended. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ice-cli-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs one command line in a working directory of its own. */
export async function ice(argv: readonly string[], setup: Setup = {}): Promise<Finished & { readonly cwd: string }> {
  const {
    files = {},
    stdin,
    stdinTTY = false,
    env = {},
    stderrTTY = false,
    stdoutTTY = false,
    columns,
    ask,
    onStderr,
  } = setup;
  const cwd = setup.cwd ?? folderWith(files);
  const written = { stdout: "", stderr: "" };
  const interrupts = new Set<() => void>();
  const terminal: Terminal = {
    cwd,
    env,
    stdout: { write: (text) => (written.stdout += text), isTTY: stdoutTTY },
    stderr: {
      write(text) {
        written.stderr += text;
        onStderr?.(text, () => interrupts.forEach((interrupt) => interrupt()));
      },
      isTTY: stderrTTY,
      ...(columns !== undefined && { columns }),
    },
    stdin: Object.assign(Readable.from(stdin === undefined ? [] : [stdin]), { isTTY: stdinTTY }),
    async readStdin() {
      if (stdin === undefined) throw new Error("nothing was expected to read standard input");
      return stdin;
    },
    ...(ask !== undefined && { ask }),
    onInterrupt(callback) {
      // As at a real terminal, each is called once.
      const once = (): void => {
        interrupts.delete(once);
        callback();
      };
      interrupts.add(once);
      return () => interrupts.delete(once);
    },
  };
  const code = await runCli(argv, terminal);
  if (interrupts.size > 0) throw new Error("the command still listens for interrupts");
  return {
    ...written,
    code,
    cwd,
    get json() {
      return JSON.parse(written.stdout) as never;
    },
  };
}

/** A blueprint file with these nodes, in YAML's flow style. */
export const blueprint = (nodes: readonly object[], more: object = {}): string =>
  JSON.stringify({ schemaVersion: "ice/v1", name: "demo", ...more, nodes }, null, 2);

export const echo = (id: string, toolArgs: object = {}, more: object = {}): object => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs,
  ...more,
});
