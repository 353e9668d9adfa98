import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand, type CommandResult } from "./run-command.ts";

/**
 * Runs the snippets of the documentation, in the clone and in projects that have the packages installed. The rules are in
 * CONTRIBUTING.md.
 */
export interface Snippet {
  readonly file: string;
  readonly line: number;
  readonly info: string;
  readonly code: string;
  /** The `text` block directly after it. */
  readonly output: string | undefined;
}

/** Where snippets run. */
export interface SnippetPlace {
  readonly kind: "clone" | "project";
  /** Where commands run, and where the files are that documents refer to. */
  readonly folder: string;
  /** Where the code of snippets is written; packages are resolved from there. */
  readonly scratch: string;
  /** Node and its options, for a file of TypeScript. */
  readonly node: readonly string[];
  /** The variables of the environment; `npx ice` is the command that is tested. */
  readonly env: NodeJS.ProcessEnv;
  /** The tsconfig.json of a folder in `scratch`. */
  readonly tsconfig: object;
}

export function readSnippets(file: string, text: string): Snippet[] {
  const blocks = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: match[1]!.trim(),
    code: match[2]!,
    start: match.index,
    end: match.index + match[0].length,
  }));
  return blocks.map(({ info, code, start, end }, index) => {
    const next = blocks[index + 1];
    const follows = next?.info === "text" && text.slice(end, next.start).trim() === "";
    return { file, line: text.slice(0, start).split("\n").length, info, code, output: follows ? next.code : undefined };
  });
}

/** The clone: sources run directly, and a script called `npx` starts the command from them. */
export function cloneAt(root: string): SnippetPlace {
  const scratch = join(root, "examples/.snippets");
  const node = [process.execPath, "--conditions=@ice/source"];
  const bin = join(scratch, "bin");
  mkdirSync(bin, { recursive: true });
  const main = [...node, join(root, "packages/cli/src/main.ts")].map((word) => `'${word}'`).join(" ");
  writeFileSync(join(bin, "npx"), `#!/bin/sh\n[ "$1" = ice ] && shift && exec ${main} "$@"\nexit 127\n`, {
    mode: 0o755,
  });
  const PATH = [bin, dirname(process.execPath), process.env["PATH"]].join(":");
  const env = { ...process.env, NO_COLOR: "1", PATH };
  return { kind: "clone", folder: root, scratch, node, env, tsconfig: { extends: "../../../tsconfig.check.json" } };
}

/** The problem of a snippet; undefined if it behaves as documented. */
export async function runSnippet({ info, code, output }: Snippet, place: SnippetPlace): Promise<string | undefined> {
  const { folder, scratch, node, env, kind } = place;
  const run = (command: readonly string[]) => runCommand(command, { cwd: folder, env, timeoutMs: 120_000 });
  if (info === "ts run") return compare(await run([...node, writeTo(scratch, "snippet.mts", code)]), output);
  if (info === "sh run" || (info === "sh install" && kind === "project"))
    return compare(await run(["bash", "-euo", "pipefail", "-c", code]), output);
  const { language, isNew, file } = /^(?<language>\w+) (?<isNew>new )?(?<file>\S+\.\S+)$/.exec(info)?.groups ?? {};
  if (file !== undefined && kind === "project") writeTo(folder, file, code);
  else if (file !== undefined && isNew === undefined && readFileSync(join(folder, file), "utf8") !== code)
    return `is not what ${file} holds`;
  const format = /^(?:yaml|json)$/.exec(language ?? info)?.[0];
  if (format === undefined || !/schemaVersion"?:/.test(code)) return undefined;
  // The workflows of a network must be in the same folder.
  if (code.includes("ice-network/")) return undefined;
  const written = writeTo(scratch, `snippet.${format}`, code);
  return compare(await run(["npx", "ice", "validate", written]), undefined);
}

function writeTo(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function compare({ code, stdout, stderr }: CommandResult, output: string | undefined): string | undefined {
  if (code !== 0) return `exit code ${code}\n${stdout}${stderr}`;
  if (output === undefined) return undefined;
  const pattern = output
    .trim()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[\\s\\S]*?");
  return new RegExp(`^${pattern}$`).test(stdout.trim()) ? undefined : `prints\n${stdout}instead of\n${output}`;
}

/** Type-checks every block of TypeScript, all in one run of the compiler. */
export async function checkTypes(
  snippets: readonly Snippet[],
  { scratch, tsconfig, env, folder }: SnippetPlace,
  tsc: string,
): Promise<string | undefined> {
  const blocks = join(scratch, "types");
  rmSync(blocks, { recursive: true, force: true });
  mkdirSync(blocks, { recursive: true });
  const typescript = snippets.filter(({ info }) => /^ts($| run$| new )/.test(info));
  for (const [index, { code, file, line }] of typescript.entries())
    writeFileSync(join(blocks, `block-${index}.mts`), `// ${file}:${line}\n${code}\nexport {};\n`);
  writeFileSync(join(blocks, "tsconfig.json"), JSON.stringify({ ...tsconfig, include: ["*.mts"] }));
  const { code, stdout } = await runCommand([tsc, "-p", blocks], { cwd: folder, env, timeoutMs: 300_000 });
  return code === 0 ? undefined : stdout;
}

export const documents = (root: string): string[] =>
  globSync(["README.md", "packages/*/README.md", "docs/**/*.md"], { cwd: root })
    .toSorted()
    .map((file) => join(root, file));

export const readDocument = (file: string): Snippet[] => readSnippets(file, readFileSync(file, "utf8"));
