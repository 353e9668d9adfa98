import type { LogBuffer } from "./log-buffer.ts";

/** Maximum length of a line, in characters; longer ones are split. */
const maxLine = 8192;

/** Splits the output of a stream into log lines. */
export class LineLog {
  readonly #logs: LogBuffer;
  readonly #level: string;
  readonly #decoder = new TextDecoder();
  #line = "";

  constructor(logs: LogBuffer, level: string) {
    this.#logs = logs;
    this.#level = level;
  }

  write(bytes: Uint8Array): void {
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#line = lines.pop()!;
    for (const line of lines) this.#logs.add(this.#level, line);
    if (this.#line.length > maxLine) this.end();
  }

  /** Logs the remaining, incomplete line. */
  end(): void {
    const line = this.#line + this.#decoder.decode();
    this.#line = "";
    if (line !== "") this.#logs.add(this.#level, line);
  }
}
