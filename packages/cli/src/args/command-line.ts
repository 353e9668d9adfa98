import { withoutCredentials } from "@ice/core/internal";
import { oneLine } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { apiCommands } from "./api-flag.ts";
import type { CommonFlags } from "./flags.ts";
import { isPostgres } from "./store-address.ts";

/** Writes a command line that can be pasted into the shell of the present one. */
export type CommandLine = (...words: readonly string[]) => string;

/** Options that a suggested command line has in common with the present one. */
export type GlobalOptions = Pick<CommonFlags, "store" | "config" | "noConfig"> & {
  /** The server of commands with `--api`. */
  readonly api?: string | undefined;
};

/** Command lines with the store and the configuration of this one, and the name under which ice was called. */
export function commandLineLike(
  { env }: Pick<Terminal, "env">,
  { store, config, noConfig, api }: GlobalOptions,
): CommandLine {
  const same = [
    ...(store === undefined || isPostgres(store)
      ? []
      : ["--store", store.startsWith("sqlite:") ? store : withoutCredentials(store)]),
    ...(config === undefined ? [] : ["--config", config]),
    ...(noConfig ? ["--no-config"] : []),
  ];
  const at = (command = ""): readonly string[] =>
    api === undefined ? same : apiCommands.has(command) ? ["--api", withoutCredentials(api)] : [];
  // An address that may contain a password is in a variable, which the shell fills in.
  const variable = store !== undefined && isPostgres(store) && api === undefined ? ['--store "$ICE_STORE"'] : [];
  return (...words) => [programName(env), ...[...words, ...at(words[0])].map(shellWord), ...variable].join(" ");
}

/** One word of a POSIX shell. Control characters are written as escapes, which bash, zsh and ksh read back as they were. */
export function shellWord(text: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text; // zsh looks for a command where a word begins with `=`
  if (oneLine(text, Infinity) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text.replaceAll(/[^ !"#-&(-[\]-~]/gu, (character) => {
    const code = character.codePointAt(0)!; // a match is never empty
    return `\\U${code.toString(16).padStart(8, "0")}`;
  });
  return `$'${escaped}'`;
}

/** Package managers set the name of the script that they run. */
function programName({ npm_lifecycle_event: script, npm_config_user_agent: agent = "" }: Terminal["env"]): string {
  if (script === "npx") return "npx ice";
  return script === "ice" && agent.startsWith("pnpm/") ? "pnpm ice" : "ice";
}
