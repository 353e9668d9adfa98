import type { SandboxLog } from "@ice/core";

/** Keeps lines of log up to a number of bytes; counts what it drops. Control characters do not get in. */
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

/** Escape sequences and marks that turn the direction of text have no place in a log. */
function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (character) =>
      character === "\n" || character === "\t" ? character : "",
    );
}
