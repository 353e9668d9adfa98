import { styleText } from "node:util";
import type { HumanAnswer, WaitingNode } from "@ice/core";

/** Where a command reads and writes. stdout carries data only; progress and messages go to stderr. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  /** Everything on standard input. */
  readStdin(): Promise<string>;
  /** Asks the person at the terminal; undefined when there is none. The answer is undefined when the person declines to give one. */
  readonly ask?: ((request: WaitingNode, question: Question) => Promise<GivenAnswer | undefined>) | undefined;
  /** Calls back at Ctrl-C or a request to end. Returns an unsubscribe function. */
  onInterrupt(callback: () => void): () => void;
}

/** What is known when a person is asked. */
export interface Question {
  /** Who answers. Undefined: the person says so when the request has assignees. */
  readonly by: string | undefined;
  /** Why the last answer did not fit. */
  readonly refused: string | undefined;
  /** Takes the question back. */
  readonly signal: AbortSignal;
}

export interface GivenAnswer {
  readonly answer: HumanAnswer;
  readonly by: string | undefined;
}

export type Paint = (style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string) => string;

/** Whether a stream is a terminal that takes escape sequences, and the person wants them: not with `NO_COLOR` or `TERM=dumb`. */
export function takesEscapes({ env }: Pick<Terminal, "env">, stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/**
 * Colours for one stream: where it takes escape sequences, unless `--no-color`; `FORCE_COLOR` switches them on, and off with
 * `0`.
 */
export function painterFor(
  terminal: Pick<Terminal, "env">,
  stream: { readonly isTTY?: boolean },
  noColor: boolean,
): Paint {
  const forced = terminal.env["FORCE_COLOR"];
  const wanted = forced === undefined ? takesEscapes(terminal, stream) : forced !== "0";
  if (noColor || !wanted) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
