import { withoutCredentials } from "@ice/core/internal";
import { oneLine } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { apiCommands } from "./api-flag.ts";
import type { CommonFlags } from "./flags.ts";
import { isPostgres } from "./store-address.ts";

/** Writes a command line that can be pasted into the shell of the present one. */
export type CommandLine = (...words: readonly string[]) => string;

/** Options that a suggested command line has in common with the present one. */
export type GlobalOptions = Pick<CommonFlags, "store" | "tenant" | "config" | "noConfig"> & {
  /** The server of commands with `--api`. */
  readonly api?: string | undefined;
};

/** Command lines with the store, tenant and configuration of this one, and the name under which ice was called. */
export function commandLineLike(
  { env }: Pick<Terminal, "env">,
  { store, tenant, config, noConfig, api }: GlobalOptions,
): CommandLine {
  const same = [
    // The shell of the present command has the address of ICE_STORE, which may contain a password.
    ...(store === undefined || store === env["ICE_STORE"] ? [] : ["--store", storeWord(store, env)]),
    ...(tenant === undefined ? [] : ["--tenant", shellWord(tenant)]),
    ...(config === undefined ? [] : ["--config", shellWord(config)]),
    ...(noConfig ? ["--no-config"] : []),
  ];
  const at = (command = ""): readonly string[] =>
    api === undefined ? same : apiCommands.has(command) ? ["--api", shellWord(withoutCredentials(api))] : [];
  return (...words) => [programName(env), ...words.map(shellWord), ...at(words[0])].join(" ");
}

/** The address of a store for the shell. One with a password is not shown: it belongs into ICE_STORE, unless that names another store. */
function storeWord(store: string, env: Terminal["env"]): string {
  if (store.startsWith("sqlite:")) return shellWord(store);
  const url = isPostgres(store) && URL.canParse(store) ? new URL(store) : undefined;
  if (url?.password === "" && withoutCredentials(url.search) === url.search) return shellWord(store);
  if (url !== undefined && (env["ICE_STORE"] ?? "") === "") return '"$ICE_STORE"';
  return shellWord(withoutCredentials(store).replaceAll("…", "CREDENTIALS"));
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
