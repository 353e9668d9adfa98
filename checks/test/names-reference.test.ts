import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { namesReference } from "../src/names-reference.ts";

const root = join(import.meta.dirname, "../..");

test("docs/reference/names.md has every public name with its documentation", async () => {
  await expect(namesReference(root)).toMatchFileSnapshot("../../docs/reference/names.md");
});

test("examples, guides and READMEs use public names only", () => {
  const exclude = (name: string): boolean => name.includes("node_modules");
  const files = globSync(["examples/**/*.{ts,mts,md}", "docs/guide/*.md", "README.md", "packages/*/README.md"], {
    cwd: root,
    exclude,
  });
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => readFileSync(join(root, file), "utf8").includes("/internal"))).toEqual([]);
});
