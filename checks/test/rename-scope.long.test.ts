import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
// Not in one piece, so that this file does not mention it.
const longer = ["@a-longer-scope", "of-mine"].join(".");
const other = ["@x", "x"].join("y");
const core = readFileSync(join(repository, "packages/core/package.json"), "utf8");
const usual = (JSON.parse(core) as { readonly name: string }).name.split("/")[0]!;

test("this repository works below another scope, and comes back unchanged", () => {
  const root = mkdtempSync(join(tmpdir(), "ice-renamed-"));
  onTestFinished(() => rmSync(root, { recursive: true }), 120_000);
  const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;
  const env = { ...process.env, PATH, CI: "true", ICE_TEST_BLOB: undefined };
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { cwd: root, env, encoding: "utf8", maxBuffer: 2 ** 28 });
  const git = (...args: readonly string[]): string =>
    run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", ...args);
  const bin = (name: string): string => join(root, "node_modules/.bin", name);

  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).split("\0");
  for (const file of tracked.filter(Boolean))
    cpSync(join(repository, file), join(root, file), { verbatimSymlinks: true });
  git("init", "--quiet");
  git("add", "--force", ".");
  git("commit", "--quiet", "--no-verify", "-m", "before");
  run("pnpm", "install", "--frozen-lockfile");

  const rename = (scope: string): string => run("pnpm", "--silent", "rename-scope", scope);
  expect(rename(longer)).toMatch(/^\d+ files: /);
  expect(git("grep", "--count", "-I", "-e", `${longer}/`).split("\n").length).toBeGreaterThan(300);
  expect(() => git("grep", "-I", "-l", "-F", `${usual}/`)).toThrow("Command failed");

  run("pnpm", "install", "--frozen-lockfile");
  run(bin("tsc"), "-p", "tsconfig.check.json");
  run(bin("oxfmt"), "--check");
  run("pnpm", "layers");
  const ran = run(
    process.execPath,
    `--conditions=${longer}/source`,
    "packages/cli/src/main.ts",
    "run",
    "examples/hello.yaml",
    "--quiet",
  );
  expect(ran).toContain("HELLO WORLD!");
  run(
    bin("vitest"),
    "run",
    "packages/core/src/runtime",
    "packages/builder/src/dsl",
    "checks/test/manifests.test.ts",
    "checks/test/layers.test.ts",
  );

  // The formatter joins no lines that it once broke: a name of any other length comes back with some of them.
  git("reset", "--quiet", "--hard");
  rename(other);
  git("commit", "--quiet", "--no-verify", "-am", "renamed");
  rename(usual);
  expect(git("diff", "--stat", "HEAD~1")).toBe("");
});
