import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Personifications, private words and words that sound translated, with what to write instead. */
const plain: Readonly<Record<string, string>> = {
  mend: "fix",
  mends: "fixes",
  mended: "fixed",
  told: "reported, notified, returned",
  tell: "report, notify",
  tells: "reports, says, notifies",
  somebody: "the caller, a person, another process",
  anybody: "anyone, a person",
  everybody: "everyone, public",
  nobody: "no one, no process, untrusted",
  whoever: "the caller, the owner",
  stranger: "untrusted",
  strangers: "untrusted",
  anew: "again",
  afresh: "again",
  undo: "unsubscribe, cancel",
  undos: "unsubscribe functions",
  fate: "fault",
  weather: "faults",
  mortal: "killable",
  "given up": "released, stopped",
  "gives up": "releases, fails",
  "in vain": "without effect",
  "what became": "the outcome",
  "what becomes": "the outcome",
  "slip of the pen": "typing error",
  "leave it out": "remove it",
  "leave them out": "remove them",
};
const wanted = new RegExp(String.raw`\b(?:${Object.keys(plain).join("|")})\b`, "gi");

/** A bound is `max…` or `min…`. */
const bound = /\b(?:most|least)[A-Z]\w*/g;

/** The user of Unix, who is called so. */
const user = "`nobody`";

function findings(text: string): string[] {
  return [...text.replaceAll(user, "").matchAll(wanted)].map(([word]) => `${word}: write ${plain[word.toLowerCase()]}`);
}

const files = (patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: root, exclude: (path) => path.includes("node_modules") || path.includes("/dist/") });

test.each(files(["*.md", "docs/**/*.md", ".changeset/*.md", "packages/**/*.md", "examples/**/*.md"]))(
  "%s uses plain words",
  (file) => {
    expect(findings(readFileSync(join(root, file), "utf8"))).toEqual([]);
  },
);

test("so do sources and tests: names, comments, messages, help", () => {
  const sources = files(["{packages,checks,bench,examples,mutation}/**/*.{ts,tsx}"]).filter(
    (file) => file !== join("checks", "test", "plain-words.test.ts"),
  );
  expect(sources.length).toBeGreaterThan(700);
  const found = sources.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const bounds = [...text.matchAll(bound)].map(([name]) => `${name}: call a bound max… or min…`);
    return [...findings(text), ...bounds].map((finding) => `${file}: ${finding}`);
  });
  expect(found).toEqual([]);
});
