import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Runs the snippets of the documentation. Which, and how, stands in CONTRIBUTING.md:
 * `ts run` is executed, and its output compared with a `text` block right behind it (`…` stands for anything); plain `ts` is
 * type-checked; `sh run` is executed in the root; `yaml` and `json` that hold a `schemaVersion` are validated; `yaml FILE` and
 * `csv FILE` repeat a file of the repository.
 */
export interface Snippet {
  readonly file: string;
  readonly line: number;
  readonly info: string;
  readonly code: string;
  /** The `text` block right behind it. */
  readonly output: string | undefined;
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

/** What went wrong with a snippet; undefined when it does what it says. */
export function runSnippet({ info, code, output }: Snippet, root: string): string | undefined {
  const folder = join(root, "examples/.snippets");
  mkdirSync(folder, { recursive: true });
  if (info === "ts run") {
    const file = join(folder, "snippet.ts");
    writeFileSync(file, code);
    return compare(run(["pnpm", "--silent", "ts", file], root), output);
  }
  if (info === "sh run") return compare(run(["bash", "-euo", "pipefail", "-c", code], root), output);
  const repeated = /^(?:yaml|csv) (\S+)$/.exec(info)?.[1];
  if (repeated !== undefined)
    return readFileSync(join(root, repeated), "utf8") === code ? undefined : `is not what ${repeated} holds`;
  const language = /^(yaml|json)$/.exec(info)?.[1];
  if (language === undefined || !/schemaVersion"?:/.test(code) || /ice-network/.test(code)) return undefined;
  const file = join(folder, `snippet.${language}`);
  writeFileSync(file, code);
  const command = [process.execPath, "--conditions=@ice/source", join(root, "packages/cli/src/main.ts")];
  return compare(run([...command, "validate", file], root), undefined);
}

function run(
  [command, ...args]: readonly string[],
  cwd: string,
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const path = `${join(dirname(process.execPath))}:${process.env["PATH"]}`;
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1", PATH: path },
  });
  return { code: status, stdout, stderr };
}

function compare({ code, stdout, stderr }: ReturnType<typeof run>, output: string | undefined): string | undefined {
  if (code !== 0) return `exit code ${code}\n${stdout}${stderr}`;
  if (output === undefined) return undefined;
  const pattern = output
    .trim()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[\\s\\S]*?");
  return new RegExp(`^${pattern}$`).test(stdout.trim()) ? undefined : `prints\n${stdout}instead of\n${output}`;
}

/** Type-checks every plain `ts` block, all in one run. */
export function checkTypes(snippets: readonly Snippet[], root: string): string | undefined {
  const folder = join(root, "examples/.snippets");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, { code, file, line }] of snippets.entries())
    writeFileSync(join(folder, `block-${index}.ts`), `// ${file}:${line}\n${code}\nexport {};\n`);
  const config = { extends: "../../tsconfig.check.json", include: ["*.ts"], compilerOptions: { noEmit: true } };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, stdout } = run([join(root, "node_modules/.bin/tsc"), "-p", folder], root);
  rmSync(folder, { recursive: true, force: true });
  return code === 0 ? undefined : stdout;
}

export const documents = (root: string): string[] =>
  globSync(["README.md", "packages/*/README.md", "docs/**/*.md"], { cwd: root })
    .toSorted()
    .map((file) => join(root, file));

export const readDocument = (file: string): Snippet[] => readSnippets(file, readFileSync(file, "utf8"));
