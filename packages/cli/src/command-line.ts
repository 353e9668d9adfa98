import type { CommonFlags } from "./arguments.ts";
import { printable, type Terminal } from "./terminal/terminal.ts";

/** Writes a command line that can be pasted where the present one was typed. */
export type CommandLine = (...words: readonly string[]) => string;

/** Command lines with the store and the configuration that somebody has named, by the name under which ice was called. */
export function commandLineLike(
  { env }: Pick<Terminal, "env">,
  { store, config, noConfig }: Pick<CommonFlags, "store" | "config" | "noConfig">,
): CommandLine {
  const same = [
    ...(store === undefined ? [] : ["--store", store]),
    ...(config === undefined ? [] : ["--config", config]),
    ...(noConfig ? ["--no-config"] : []),
  ];
  return (...words) => [programName(env), ...[...words, ...same].map(shellWord)].join(" ");
}

/** An advice whose commands can be pasted. They are written by the engine, which knows nothing of the command line. */
export const withCommands = (advice: string, command: CommandLine): string =>
  advice.replaceAll(/\bice (runs (?:list|show [\w.-]+))/g, (_all, words: string) => command(...words.split(" ")));

/** One word of a POSIX shell, with what a terminal could take for a command made visible. */
export function shellWord(text: string): string {
  const shown = printable(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}

/** Package managers say which script they run. */
function programName({ npm_lifecycle_event: script, npm_config_user_agent: agent = "" }: Terminal["env"]): string {
  if (script === "npx") return "npx ice";
  return script === "ice" && agent.startsWith("pnpm/") ? "pnpm ice" : "ice";
}
