import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findViolations } from "../src/layers.ts";
import { cloneAt, readSnippets, runSnippet } from "../src/snippets.ts";

const repository = join(import.meta.dirname, "../..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const plant = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), "layers-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
};

test("the repository itself holds its layers", () => {
  expect(findViolations(repository)).toEqual([]);
});

test.each([
  ["a static import", "packages/builder/src/a.ts", 'import { Workflow } from "@ice/orchestrator";'],
  ["a dynamic import", "packages/builder/src/a.ts", 'export const load = () => import("@ice/orchestrator");'],
  ["a name kept in a string", "packages/core/src/a.ts", "export const name = '@ice/orchestrator';"],
  ["a name in a template", "packages/core/src/a.ts", "export const load = (x: string) => import(`@ice/builder${x}`);"],
  ["a path into another package", "packages/tools/src/a.ts", 'export { x } from "../../core/src/index.ts";'],
  ["tsyringe outside composition", "packages/orchestrator/src/run/a.ts", 'import { container } from "tsyringe";'],
  ["mitt outside the wrapper", "packages/core/src/events/other.ts", 'import mitt from "mitt";'],
  ["a default export", "packages/core/src/a.ts", "export default 1;"],
  ["a decorator", "packages/core/src/a.ts", "@injectable()\nexport class A {}"],
  ["a room without a name", "packages/core/src/utils/a.ts", "export const a = 1;"],
  [
    "a branch on a node's type",
    "packages/orchestrator/src/run/a.ts",
    'export const f = (node: { type: string }) => node.type === "loop";',
  ],
  ["a folder that imports a higher one", "packages/core/src/json/a.ts", 'export * from "../nodes/b.ts";'],
  ["a folder that imports what stands above all", "packages/core/src/json/a.ts", 'export * from "../index.ts";'],
  ["a folder without a place", "packages/core/src/new/a.ts", 'export * from "../json/b.ts";'],
  ["a statement at the top of a module", "packages/core/src/a.ts", "register();"],
])("%s is found", (_name, file, source) => {
  expect(findViolations(plant({ [file]: source }))).toMatchObject([{ file }]);
});

test.each([
  ["a comment", "packages/core/src/a.ts", '// import "@ice/orchestrator"\n/* "@ice/builder" */\nexport const a = 1;'],
  ["a word in a message", "packages/core/src/a.ts", 'export const fix = "use createLoader() of @ice/builder";'],
  ["an allowed arrow", "packages/builder/src/a.ts", 'import { x } from "@ice/core";\nexport const y = x;'],
  ["a composition root", "packages/cli/src/a.ts", 'import { x } from "@ice/orchestrator";\nexport const y = x;'],
  ["a test of the engine", "packages/orchestrator/test/a.test.ts", 'import { x } from "@ice/testing";'],
])("%s is no violation", (_name, file, source) => {
  expect(findViolations(plant({ [file]: source }))).toEqual([]);
});

test("files that import each other are found, types and longer ways too", () => {
  const violations = findViolations(
    plant({
      "packages/core/src/json/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;',
      "packages/core/src/json/b.ts": 'export { C as B } from "./c.ts";',
      "packages/core/src/json/c.ts": 'import type { A } from "./a.ts";\nexport type C = A[];',
      "packages/core/src/json/d.ts": 'export * from "./a.ts";',
    }),
  );
  expect(violations).toMatchObject([{ file: "packages/core/src/json/a.ts", message: expect.stringContaining("c.ts") }]);
});

test("turbo boundaries refuses an import that a tag denies", () => {
  const root = mkdtempSync(join(tmpdir(), "boundaries-"));
  folders.push(root);
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", "turbo.json"])
    cpSync(join(repository, file), join(root, file));
  for (const name of ["core", "builder", "orchestrator"]) {
    for (const file of ["package.json", "turbo.json", "src/index.ts"])
      cpSync(join(repository, "packages", name, file), join(root, "packages", name, file));
    writeFileSync(join(root, "packages", name, "src/index.ts"), "export {};\n");
  }
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  spawnSync("git", ["init", "-q"], { cwd: root });
  const boundaries = () =>
    spawnSync(join(repository, "node_modules/.bin/turbo"), ["boundaries"], { cwd: root, encoding: "utf8" });
  expect(boundaries().status).toBe(0);
  writeFileSync(join(root, "packages/builder/src/index.ts"), 'import "@ice/orchestrator";\n');
  const { status, stdout, stderr } = boundaries();
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain("orchestrator");
});

test("a snippet is run and its output compared; `…` stands for anything", async () => {
  const text = [
    "```ts run",
    "console.log('took 12 ms');",
    "```",
    "",
    "```text",
    "took … ms",
    "```",
    "",
    "```sh run",
    "echo no",
    "```",
    "",
    "```text",
    "yes",
    "```",
  ].join("\n");
  const snippets = readSnippets("x.md", text);
  expect(snippets.map(({ info, line }) => [info, line])).toEqual([
    ["ts run", 1],
    ["text", 5],
    ["sh run", 9],
    ["text", 13],
  ]);
  const clone = cloneAt(repository);
  expect(await runSnippet(snippets[0]!, clone)).toBeUndefined();
  expect(await runSnippet(snippets[2]!, clone)).toContain("instead of");
});
