import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { typedWorkflow, wideWorkflow } from "./type-budget/typed-workflow.ts";

const repository = join(import.meta.dirname, "../..");
const budgetMs = 2000;

interface Checked {
  readonly checkMs: number;
  /** What the compiler says, each with its line. */
  readonly errors: readonly { readonly line: number; readonly text: string }[];
}

/** A folder from which the packages are found, as from a project that has them installed. */
function project(): (source: string) => Checked {
  const folder = mkdtempSync(join(tmpdir(), "ice-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(repository, "checks/node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const config = {
    extends: join(repository, "tsconfig.check.json"),
    include: [],
    files: ["workflow.ts"],
    compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return (source) => {
    writeFileSync(join(folder, "workflow.ts"), source);
    // One thread: with several, the work for this file hides behind that for the packages.
    const { stdout } = spawnSync(
      join(repository, "node_modules/.bin/tsc"),
      ["-p", folder, "--extendedDiagnostics", "--singleThreaded", "--pretty", "false"],
      { encoding: "utf8" },
    );
    const seconds = /^Check time:\s+([\d.]+)s/m.exec(stdout)?.[1];
    if (seconds === undefined) throw new Error(`the compiler did not report its check time: ${stdout}`);
    const errors = [...stdout.matchAll(/^(.*)\((\d+),\d+\): (error .*)$/gm)].map(([, , line, text]) => ({
      line: Number(line),
      text: text!,
    }));
    return { checkMs: Number(seconds) * 1000, errors };
  };
}

const lineOf = (source: string, node: string): number =>
  source.split("\n").findIndex((line) => line.includes(`"${node}"`)) + 1;

test("a workflow of 200 nodes costs at most 2 s more to type-check than one of a single node", () => {
  const check = project();
  const [small, large] = [1, 200].map((nodes) => typedWorkflow({ nodes }));
  // The least of several runs in turn: what else the machine does makes a run longer, never shorter.
  const rounds = [1, 2, 3].map(() => ({ small: check(small!), large: check(large!) }));
  expect(rounds.flatMap((round) => [...round.small.errors, ...round.large.errors])).toEqual([]);
  const least = (which: "small" | "large") => Math.min(...rounds.map((round) => round[which].checkMs));
  expect(least("large") - least("small")).toBeLessThanOrEqual(budgetMs);
});

test("a mistake in one of 200 nodes is found in its line, and nowhere else", () => {
  const source = typedWorkflow({ nodes: 200, mistakeAt: 150 });
  expect(project()(source).errors).toEqual([
    { line: lineOf(source, "n150"), text: expect.stringContaining("'oops' does not exist") },
  ]);
});

test("200 branches side by side are typed too", () => {
  const check = project();
  expect(check(wideWorkflow({ branches: 200 })).errors).toEqual([]);
  const wrong = wideWorkflow({ branches: 200, mistake: true });
  expect(check(wrong).errors).toEqual([
    { line: lineOf(wrong, "last"), text: expect.stringContaining("'oops' does not exist") },
  ]);
});
