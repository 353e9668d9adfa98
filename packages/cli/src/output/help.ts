import type { CommandLineDescription } from "./describe-commands.ts";

/** `ice --help`. */
export function overview({ commands }: CommandLineDescription): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `Run workflows, and see what they did.\n\nUsage: ice COMMAND [options]\n\nCommands:\n${rowsOf(rows)}\nUse ice COMMAND --help for the options and examples of a command, and ice --version for the version.\n`;
}

/** `ice run --help`. */
export function commandHelp({ commands, options: common }: CommandLineDescription, name: string): string {
  const { usage, summary, details, options, examples } = commands.find((command) => command.name === name)!; // it was found by its name
  return [
    `${[`${summary}.`, details].join(" ").trim()}\n`,
    `Usage: ${usage.map((line) => `${line}\n`).join("       ")}`,
    ...(options.length === 0 ? [] : [`Options:\n${rowsOf(options)}`]),
    `Options of every command:\n${rowsOf(common)}`,
    `Examples:\n${examples.map((example) => `  ${example}\n`).join("")}`,
  ].join("\n");
}

function rowsOf(rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join("");
}
