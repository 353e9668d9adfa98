import type { Command } from "../args/command.ts";

const commonFlags: readonly (readonly [string, string])[] = [
  ["--json", "one JSON document on stdout"],
  ["--quiet", "no progress"],
  ["--no-color", "no colours (also NO_COLOR)"],
  ["--no-prompt", "never ask"],
  ["--store URL", "where runs are kept: memory: or sqlite:PATH; default sqlite:.ice/ice.db"],
  ["--config FILE", "default ice.config.ts in the working directory; it is code, and every command executes it"],
  ["--no-config", "load no configuration, for directories whose code is not to be executed"],
];

export function overview(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.values(commands).map(({ usage, summary }) => [usage, summary] as const);
  return `ice runs workflows.\n\nUsage: ice COMMAND [options]\n\n${rowsOf(rows)}\nice COMMAND --help shows options and examples; ice --version the version.\n`;
}

export function commandHelp({ usage, summary, flags, examples }: Command): string {
  return `${summary}\n\nUsage: ice ${usage}\n\n${rowsOf([...flags, ...commonFlags])}\nExamples:\n${examples.map((example) => `  ${example}\n`).join("")}`;
}

function rowsOf(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join("");
}
