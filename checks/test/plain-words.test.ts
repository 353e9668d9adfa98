import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Words of fables, and what technical English says. */
const plain: Readonly<Record<string, string>> = {
  mend: "fix",
  mends: "fixes",
  mended: "fixed",
  told: "reported, notified, returned",
  tells: "reports, says, notifies",
  somebody: "the caller, a person, another process",
  nobody: "no one, no process, untrusted",
  "leave it out": "remove it",
  "leave them out": "remove them",
};
const wanted = new RegExp(String.raw`\b(?:${Object.keys(plain).join("|")})\b`, "gi");

/** The user of Unix, who is called so. */
const user = "`nobody`";

function findings(text: string): string[] {
  return [...text.replaceAll(user, "").matchAll(wanted)].map(([word]) => `${word}: write ${plain[word.toLowerCase()]}`);
}

const files = (patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: root, exclude: (path) => path.includes("node_modules") || path.includes("/dist/") });

test.each(files(["*.md", "docs/**/*.md", ".changeset/*.md", "packages/*/*.md", "examples/**/*.md"]))(
  "%s uses plain words",
  (file) => {
    expect(findings(readFileSync(join(root, file), "utf8"))).toEqual([]);
  },
);

test("so does what the packages print: messages, fixes, help", () => {
  const sources = files(["packages/*/src/**/*.ts"]).filter((file) => !/\.test(?:-d)?\.ts$|\/testing\//.test(file));
  expect(sources.length).toBeGreaterThan(200);
  const found = sources.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
      .flatMap((line) => line.replace(/\s\/\/ .*$/, "").match(/"[^"]*"|'[^']*'|`[^`]*`?/g) ?? [])
      .flatMap((text) => findings(text).map((finding) => `${file}: ${finding}`)),
  );
  expect(found).toEqual([]);
});
