import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { renameScope } from "../src/package-scope.ts";

const files = {
  "packages/core/package.json": '{ "name": "@old/core", "exports": { "@old/source": "./src/index.ts" } }\n',
  "checks/layers.ts": "const name = /^@old\\/[a-z-]*/; const own = `@old/${folder}`;\n",
  "pnpm-lock.yaml": "      '@old/core':\n        specifier: workspace:^\n",
  ".changeset/config.json": '{ "linked": [["@old/*"]] }\n',
  "other.md": "someone@old/place, @older/core, @other/pack and x.@old/y stay\n",
};

function repository(): { readonly root: string; readonly git: (...args: readonly string[]) => string } {
  const root = mkdtempSync(join(tmpdir(), "ice-scope-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: root,
      encoding: "utf8",
    });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--no-verify", "-m", "first");
  return { root, git };
}

test("a scope is renamed wherever it stands before a name, once", () => {
  const { root, git } = repository();
  expect(renameScope(root, "@my-shop")).toMatchObject({ ok: true });
  const texts = Object.keys(files).map((name) => readFileSync(join(root, name), "utf8"));
  expect(texts).toEqual([
    '{ "name": "@my-shop/core", "exports": { "@my-shop/source": "./src/index.ts" } }\n',
    "const name = /^@my-shop\\/[a-z-]*/; const own = `@my-shop/${folder}`;\n",
    "      '@my-shop/core':\n        specifier: workspace:^\n",
    '{ "linked": [["@my-shop/*"]] }\n',
    files["other.md"],
  ]);
  expect(renameScope(root, "@my-shop")).toMatchObject({ ok: true });
  git("commit", "--quiet", "--no-verify", "-am", "second");
  expect(renameScope(root, "@old")).toMatchObject({ ok: true });
  expect(git("diff", "HEAD~1")).toBe("");
});

test("what is no scope, or is in use, is refused, and nothing is written", () => {
  const { root, git } = repository();
  for (const scope of ["acme", "@Acme", "@acme/", "@acme/core", "@.acme", "@a b", "@", ""])
    expect(renameScope(root, scope)).toMatchObject({ ok: false, message: expect.stringContaining("is no scope") });
  const message = expect.stringContaining("in use already, for something else: other.md");
  expect(renameScope(root, "@other")).toMatchObject({ ok: false, message });
  expect(git("status", "--porcelain")).toBe("");
});

test("changes that are not committed are left alone", () => {
  const { root, git } = repository();
  writeFileSync(join(root, "other.md"), "@old/core\n");
  expect(renameScope(root, "@acme")).toMatchObject({ ok: false, message: expect.stringContaining("not committed") });
  expect(git("status", "--porcelain")).toBe(" M other.md\n");
});
