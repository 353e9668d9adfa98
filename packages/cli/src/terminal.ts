import type { HumanAnswer, WaitingNode } from "@ice/core";

/** Where a command reads and writes. stdout carries data only; progress and messages go to stderr. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Everything on standard input. */
  readStdin(): Promise<string>;
  /** Asks the person at the terminal; undefined when there is none. The answer is undefined when the person declines to give one. */
  readonly ask?: ((request: WaitingNode) => Promise<HumanAnswer | undefined>) | undefined;
  /** Calls back at Ctrl-C or a request to end. Returns the undo. */
  onInterrupt(callback: () => void): () => void;
}

export type Paint = (style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string) => string;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Colours where a person looks: on a terminal, unless `NO_COLOR` or `--no-color`; `FORCE_COLOR` switches them on. */
export function painterFor({ env, stderr }: Terminal, noColor: boolean): Paint {
  const wanted =
    env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0" ? true : stderr.isTTY === true && !env["NO_COLOR"];
  if (noColor || !wanted) return (_style, text) => text;
  return (style, text) => `\u001B[${codes[style][0]}m${text}\u001B[${codes[style][1]}m`;
}

/** Text of a stranger for a terminal: control characters and escape sequences are made visible. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (character) =>
    character === "\n" || character === "\t"
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
