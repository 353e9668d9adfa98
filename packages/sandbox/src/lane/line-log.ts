import type { LogBuffer } from "./log-buffer.ts";

/** A line without an end is cut after so many characters. */
const maxLine = 8192;

/** Turns what is written to a stream into lines of log. */
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

  /** Logs what is left without the end of a line. */
  end(): void {
    const line = this.#line + this.#decoder.decode();
    this.#line = "";
    if (line !== "") this.#logs.add(this.#level, line);
  }
}
