import type { Command } from "../args/command.ts";
import { commonFlags, describeFlags } from "../args/flags.ts";

/** An option and what it does, as `--help` shows them. */
export type OptionDescription = readonly [option: string, help: string];

/** The content of `--help`, as data. */
export interface CommandDescription {
  /** `run`. */
  readonly name: string;
  /** Each way to call it, with `ice`. */
  readonly usage: readonly string[];
  readonly summary: string;
  readonly details: string;
  /** Its own options, without those of every command. */
  readonly options: readonly OptionDescription[];
  readonly examples: readonly string[];
}

/** Every command and option of `ice`, as data. */
export interface CommandLineDescription {
  readonly commands: readonly CommandDescription[];
  /** Options of every command. */
  readonly options: readonly OptionDescription[];
}

export const describe = (commands: Readonly<Record<string, Command>>): CommandLineDescription => ({
  commands: Object.entries(commands).map(([name, { usage, summary, details = "", flags, examples }]) => ({
    name,
    usage: usage.map((line) => `ice ${line}`),
    summary,
    details,
    options: describeFlags(flags),
    examples,
  })),
  options: describeFlags(commonFlags),
});
