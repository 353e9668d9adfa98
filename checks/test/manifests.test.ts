import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readSnippets } from "../src/snippets.ts";

interface Manifest {
  readonly name: string;
  readonly repository?: { readonly directory: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
const root = join(import.meta.dirname, "../..");
const packages = globSync("packages/*/package.json", { cwd: root }).map((file) => ({
  folder: dirname(file),
  manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest,
}));

test.each(packages)(
  "$manifest.name has zod as a peer when its sources or its types mention it",
  ({ folder, manifest }) => {
    const sources = globSync("src/**/*.ts", { cwd: join(root, folder) }).filter(
      (file) => !/\.test(-d)?\.ts$/.test(file),
    );
    const mentions =
      manifest.dependencies?.["@ice/core"] !== undefined ||
      sources.some((file) => /from "zod"/.test(readFileSync(join(root, folder, file), "utf8")));
    expect(manifest.dependencies?.["zod"]).toBeUndefined();
    expect(manifest.peerDependencies?.["zod"]).toBe(
      mentions || manifest.name === "@ice/tools" ? "catalog:peers" : undefined,
    );
  },
);

test.each(packages)("the README of $manifest.name installs it, shows it at work and links to the documents", (read) => {
  const text = readFileSync(join(root, read.folder, "README.md"), "utf8");
  const blocks = readSnippets("README.md", text);
  const [install] = blocks;
  expect(install?.info).toBe("sh");
  expect(install?.code.split(/\s+/)).toEqual(expect.arrayContaining(["npm", "install", read.manifest.name]));
  const example = blocks.find(({ info }) => info === "ts run" || info === "sh run");
  expect(example?.output).toEqual(expect.any(String));
  expect(text).toContain("../../docs/");
});

test.each(packages)("$manifest.name says where it comes from", ({ folder, manifest }) => {
  expect(manifest).toMatchObject({
    keywords: expect.any(Array),
    homepage: expect.any(String),
    bugs: expect.any(String),
    repository: { directory: folder },
  });
});
