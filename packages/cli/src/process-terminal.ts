import { fstatSync, writeSync } from "node:fs";
import { IceError, type WaitingNode } from "@ice/core";
import { errorReport } from "./output/error-report.ts";
import type { Question, Terminal } from "./terminal/terminal.ts";

/** Bytes that are read from standard input. */
const maxStdinBytes = 16 * 1024 * 1024;

/** The terminal of a process. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdin, stdout, stderr } = process;
  // When the reader closes the pipe (`ice … | head`), the process ends silently. Any other error loses the result.
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE") return void process.exit(0);
    stderr.write(
      errorReport(
        unwritten(error),
        (...words) => ["ice", ...words].join(" "),
        (_style, text) => text,
      ),
    );
    process.exit(1);
  };
  stdout.on("error", onOutputError);
  stderr.on("error", () => {}); // messages that cannot be written are dropped
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: isFile(stdout.fd) ? fileOutput(stdout.fd, onOutputError) : stdout,
    stderr,
    stdin,
    readStdin: () => readAll(stdin),
    ...(stdin.isTTY &&
      stderr.isTTY && {
        async ask(request: WaitingNode, question: Question) {
          // Loaded only when a person is asked, to keep start-up fast.
          const { askPerson } = await import("./terminal/ask-person.ts");
          return askPerson({ stdin, stderr }, request, question);
        },
      }),
    onInterrupt(callback) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      // The second signal has no listener, and ends the process at once.
      const stop = (): void => {
        unsubscribe();
        callback();
      };
      const unsubscribe = (): void => {
        for (const signal of signals) process.off(signal, stop);
      };
      for (const signal of signals) process.on(signal, stop);
      return unsubscribe;
    },
  };
}

/** The error for a command that can never end: no timer, connection or other event is left that could settle what it waits for. */
export function endlessWait(): IceError {
  return new IceError("ICE_INTERNAL", "The command waits for a promise that nothing in this process can settle.", {
    fix: "one of your tools or plugins has a promise that never settles: correct it, or give its node timeoutSeconds; if you use no code of your own, report it as a bug in ice",
  });
}

function unwritten(cause: NodeJS.ErrnoException): IceError {
  return new IceError("ICE_OUTPUT_UNWRITTEN", `The result could not be written: ${cause.message}.`, {
    cause,
    fix: "free some space, or write it elsewhere; resume a stored run to print it again: see ice runs list",
  });
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false; // closed: its stream reports that
  }
}

/** Node's stream for files treats a short write, as on a full disk, as a complete one. */
function fileOutput(fd: number, onError: (error: NodeJS.ErrnoException) => void): Terminal["stdout"] {
  return {
    write(text) {
      let left = Buffer.from(text);
      try {
        while (left.length > 0) left = left.subarray(writeSync(fd, left));
      } catch (error) {
        onError(error as NodeJS.ErrnoException);
      }
    },
  };
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const data = Buffer.from(chunk);
    bytes += data.length;
    if (bytes > maxStdinBytes)
      throw new IceError("ICE_INPUT_INVALID", `Standard input has more than ${maxStdinBytes} bytes.`, {
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
