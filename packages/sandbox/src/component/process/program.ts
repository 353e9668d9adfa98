import type { ExecutionFailure } from "../../lane/execution.ts";
import { LineLog } from "../../lane/line-log.ts";
import type { LogBuffer } from "../../lane/log-buffer.ts";
import type { ProgramStreams } from "../../lane/wasi.ts";

export interface ProgramOptions {
  /** JSON on standard input. */
  readonly input: string;
  readonly logs: LogBuffer;
  /** Maximum size of standard output, in bytes. */
  readonly outputBytes: number;
}

/** Size of the end of standard error that is kept to explain a failure, in bytes. */
const maxLastWords = 1024;

/** A program and its standard streams: it reads and writes JSON, and standard error is logged. */
export class Program {
  readonly streams: ProgramStreams;
  readonly #written: Uint8Array[] = [];
  readonly #errors: LineLog;
  #writtenBytes = 0;
  #lastWords: Uint8Array = new Uint8Array();
  #exitCode = 1;
  /** Why it was ended from inside a call to the host, if it was. */
  failure: ExecutionFailure | undefined;

  constructor({ input, logs, outputBytes }: ProgramOptions) {
    this.#errors = new LineLog(logs, "log");
    let unread: Uint8Array = Buffer.from(input);
    this.streams = {
      arguments: ["component"],
      stdin: {
        blockingRead(length) {
          if (unread.length === 0) throw { tag: "closed" }; // oxlint-disable-line no-throw-literal -- how the shim reports the end
          const part = unread.subarray(0, Number(length));
          unread = unread.subarray(part.length);
          return part;
        },
      },
      stdout: {
        write: (bytes) => {
          this.#writtenBytes += bytes.length;
          if (this.#writtenBytes > outputBytes) {
            this.failure = {
              kind: "output",
              message: `The program wrote more than ${outputBytes} bytes (limits.outputBytes).`,
            };
            throw new Error("stopped");
          }
          this.#written.push(bytes.slice());
        },
      },
      stderr: {
        write: (bytes) => {
          this.#errors.write(bytes);
          this.#lastWords = Buffer.concat([this.#lastWords, bytes]).subarray(-maxLastWords);
        },
      },
    };
  }

  /**
   * Runs the program to its end.
   *
   * @returns its output; null without output.
   * @throws the shim's error for an exit with an error, or the reason that ended the program.
   */
  run(entry: unknown): string {
    try {
      (entry as { run(): void }).run();
    } catch (error) {
      if (exitOf(error) !== 0) throw error;
    }
    this.endLogs();
    return Buffer.concat(this.#written).toString().trim() || "null";
  }

  /** Logs the last, incomplete line. */
  endLogs(): void {
    this.#errors.end();
  }

  /** Imports of a core module that expose the exit code: WASI 0.2 reports only whether it is 0. */
  watchExit(imports: WebAssembly.Imports): WebAssembly.Imports {
    const preview1 = imports["wasi_snapshot_preview1"];
    const exit = preview1?.["proc_exit"];
    if (typeof exit !== "function") return imports;
    const watched = (code: number): unknown => {
      this.#exitCode = code;
      return exit(code) as unknown;
    };
    return { ...imports, wasi_snapshot_preview1: { ...preview1, proc_exit: watched } };
  }

  /** Why it failed, when it ended itself: with an exit code, or with the error of `wasi:cli/run`, which is thrown unchanged. */
  explain(error: unknown): ExecutionFailure | undefined {
    if (exitOf(error) === undefined && error !== undefined) return undefined;
    const lastWords = Buffer.from(this.#lastWords).toString().trim();
    return {
      kind: "guest",
      message: `The program ended with exit code ${this.#exitCode}${lastWords === "" ? "." : `: ${lastWords}`}`,
    };
  }
}

/** The code of the error with which the shim ends a program: 0, or 1 for every other. */
function exitOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("exitError" in error)) return undefined;
  return "code" in error && error.code === 0 ? 0 : 1;
}
