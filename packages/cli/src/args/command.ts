import type { ParseArgsOptionsConfig } from "node:util";
import type { Paint, Terminal } from "../terminal/terminal.ts";
import type { Arguments } from "./arguments.ts";

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
