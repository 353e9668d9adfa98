import { painterFor, type Paint, type Terminal } from "../terminal/terminal.ts";
import type { Arguments } from "./arguments.ts";
import { commandLineLike, type CommandLine } from "./command-line.ts";
import type { commonFlags, Flags } from "./flags.ts";

/** One command of `ice`. Help and documentation follow from it. */
export interface Command<Own extends Flags = Flags> {
  /** Each way to call it, without `ice`: `run FILE`. */
  readonly usage: readonly [string, ...string[]];
  /** One sentence in the imperative, without a full stop. */
  readonly summary: string;
  /** What the summary leaves open. */
  readonly details?: string;
  /** Arguments that are no options, at most. */
  readonly maxOperands: number;
  readonly flags: Own;
  readonly examples: readonly [string, string, ...string[]];
  /** Returns the exit code. Throws errors that leave nothing else to report. */
  execute(context: CommandContext<Own>): Promise<number>;
}

/** Infers the types of the flags that `execute` reads. */
export const defineCommand = <const Own extends Flags>(command: Command<Own>): Command => command;

/** What a command works with. `Own`: the flags that are read besides those of every command. */
export interface CommandContext<Own extends Flags = typeof commonFlags> extends Arguments<Own> {
  readonly terminal: Terminal;
  /** Colours for stderr. */
  readonly paint: Paint;
  /** Colours for stdout. */
  readonly paintOutput: Paint;
  /** Writes command lines that have the same store and configuration as this one. */
  readonly commandLine: CommandLine;
  /** The version of ice. */
  version(): string;
}

export function commandContext<Own extends Flags>(
  args: Arguments<Own>,
  terminal: Terminal,
  version: () => string,
): CommandContext<Own> {
  const { flags } = args;
  return {
    ...args,
    terminal,
    paint: painterFor(terminal, terminal.stderr, flags.noColor),
    paintOutput: painterFor(terminal, terminal.stdout, flags.noColor),
    commandLine: commandLineLike(terminal, flags),
    version,
  };
}
