import type { ParseArgsOptionsConfig } from "node:util";
import { jsonLength, type Json } from "@ice/core";
import type { Arguments } from "./arguments.ts";
import { indented } from "./output/indented.ts";
import { partsOf, printable } from "./terminal/printable.ts";
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

/** Longest document, as compact JSON, that is indented: blanks can make eleven times as much of it. */
const mostIndented = 16_777_216;

/**
 * Prints one JSON document, indented unless it is longer than 16 MiB. What a terminal could take for a command is escaped as JSON
 * escapes it, so nothing is lost; a part at a time, because it may become six times as long.
 */
export function printJson({ stdout }: Terminal, value: unknown): void {
  const isShort = jsonLength((value ?? null) as Json, mostIndented) <= mostIndented;
  for (const part of partsOf(isShort ? indented(value) : JSON.stringify(value))) stdout.write(printable(part));
  stdout.write("\n");
}
