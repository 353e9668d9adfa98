import type { ParseArgsOptionsConfig } from "node:util";
import type { Arguments } from "./arguments.ts";
import { indented } from "./output/indented.ts";
import { printable } from "./terminal/printable.ts";
import type { Paint, Terminal } from "./terminal/terminal.ts";

/** One command of `ice`. */
export interface Command {
  /** `run FILE`. */
  readonly usage: string;
  readonly summary: string;
  /** Most arguments that are no options. */
  readonly operands: number;
  readonly options: ParseArgsOptionsConfig;
  /** Own flags with their meaning, for `--help`. */
  readonly flags: readonly (readonly [flag: string, meaning: string])[];
  /** At least two. */
  readonly examples: readonly string[];
  /** Returns the exit code. Throws what happened before there was anything to report. */
  readonly execute: (args: Arguments, terminal: Terminal, paint: Paint) => Promise<number>;
}

/** Prints one JSON document. What a terminal could take for a command is escaped as JSON escapes it, so nothing is lost. */
export function printJson({ stdout }: Terminal, value: unknown): void {
  stdout.write(`${printable(indented(value))}\n`);
}
