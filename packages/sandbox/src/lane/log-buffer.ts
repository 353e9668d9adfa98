import type { SandboxLog } from "@ice/core";

/** Keeps log lines up to a number of bytes and counts dropped bytes. Control characters are removed. */
export class LogBuffer {
  readonly lines: SandboxLog[] = [];
  bytes = 0;
  dropped = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(level: string, text: string): void {
    const length = Buffer.byteLength(text);
    if (this.bytes + length > this.#most || this.lines.length >= maxLines) {
      this.dropped += length;
      return;
    }
    this.bytes += length;
    this.lines.push({ level: levels.has(level) ? level : "log", text: printable(text) });
  }
}

const maxLines = 10_000;
const levels: ReadonlySet<string> = new Set(["debug", "log", "info", "warn", "error", "engine"]);

/** Escape sequences and marks that change the direction of text are not allowed in a log. */
function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (character) =>
      character === "\n" || character === "\t" ? character : "",
    );
}
