import type { Readable } from "node:stream";
import { styleText } from "node:util";
import type { HumanAnswer, WaitingNode } from "@ice/core";

/** What a command reads and writes. stdout is for data only; progress and messages are written to stderr. */
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
  /** For what is read as it comes. Absent: there is nothing to read. */
  readonly stdin?: Readable & { readonly isTTY?: boolean };
  /** Everything on standard input. */
  readStdin(): Promise<string>;
  /** Asks the person at the terminal; undefined when there is none. Resolves to undefined when the person gives no answer. */
  readonly ask?: ((request: WaitingNode, question: Question) => Promise<GivenAnswer | undefined>) | undefined;
  /** Calls back on Ctrl-C or SIGTERM. Returns an unsubscribe function. */
  onInterrupt(callback: () => void): () => void;
}

/** How a person is asked. */
export interface Question {
  /** Name of the person. Undefined: the person is asked for it when the request has assignees. */
  readonly by: string | undefined;
  /** Why the previous answer did not fit. */
  readonly refused: string | undefined;
  /** Withdraws the question. */
  readonly signal: AbortSignal;
}

export interface GivenAnswer {
  readonly answer: HumanAnswer;
  readonly by: string | undefined;
}

export type Paint = (style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string) => string;

/** Whether a stream is a terminal with escape sequences, and they are not switched off by `NO_COLOR` or `TERM=dumb`. */
export function takesEscapes({ env }: Pick<Terminal, "env">, stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/**
 * Colours for one stream: when it takes escape sequences, unless `--no-color` is given. `FORCE_COLOR` forces them on, or off with
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
