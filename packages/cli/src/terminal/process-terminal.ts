import { IceError } from "@ice/core";
import { askPerson } from "./ask-person.ts";
import type { Terminal } from "./terminal.ts";

/** Most bytes that are read from standard input. */
const mostStdinBytes = 16 * 1024 * 1024;

/** The terminal of a process. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdin, stdout, stderr } = process;
  // A reader that closes the pipe (`ice … | head`) ends the process quietly; messages that nobody reads do not matter.
  stdout.on(
    "error",
    unlessClosed(() => process.exit(0)),
  );
  stderr.on(
    "error",
    unlessClosed(() => {}),
  );
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout,
    stderr,
    readStdin: () => readAll(stdin),
    ...(stdin.isTTY && stderr.isTTY && { ask: askPerson }),
    onInterrupt(callback) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      // The second one finds no listener, and ends the process at once.
      const stop = (): void => {
        forget();
        callback();
      };
      const forget = (): void => {
        for (const signal of signals) process.off(signal, stop);
      };
      for (const signal of signals) process.on(signal, stop);
      return forget;
    },
  };
}

/** A command that can never end: what it waits for has no timer, no connection and nothing else that could fulfil it. */
export function endlessWait(): IceError {
  return new IceError("ICE_INTERNAL", "The command waits for something that nothing in this process can fulfil.", {
    fix: "a tool or plugin of yours has a promise that never settles: mend it, or give its node timeoutSeconds; without code of your own it is a bug in ice: report it",
  });
}

const unlessClosed =
  (whenClosed: () => void) =>
  (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    whenClosed();
  };

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const data = Buffer.from(chunk);
    bytes += data.length;
    if (bytes > mostStdinBytes)
      throw new IceError("ICE_INPUT_INVALID", `Standard input has more than ${mostStdinBytes} bytes.`, {
        fix: "keep data in files that tools read",
      });
    chunks.push(data);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new IceError("ICE_INPUT_INVALID", "Standard input is not valid UTF-8.", { cause, fix: "write it as UTF-8" });
  }
}
