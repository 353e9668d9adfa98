import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const documents = globSync(
  ["README.md", "docs/{guide,reference}/*.md", "docs/*.md", "{packages,examples}/*/README.md"],
  {
    cwd: root,
  },
);

test.each(documents)("%s says of every pnpm script that it is one of the clone", (file) => {
  const sections = readFileSync(join(root, file), "utf8").split(/^(?=##? )/m);
  const [intro = ""] = sections;
  const silent = sections.filter((section) => {
    const scripts = section.match(/\b(?:npx -y pnpm@12|pnpm) (?!add\b|exec ice\b)[a-z-]+/g) ?? [];
    return scripts.length > 0 && !/\bclone\b/.test(section) && !/\bclone\b/.test(intro);
  });
  expect(silent).toEqual([]);
});

const sources = globSync("{packages,checks,examples,bench,mutation}/**/*.{ts,js}", {
  cwd: root,
  exclude: (name) => name === "node_modules" || name === "dist",
}).map((file) => `/${file.replaceAll("\\", "/")}`);

test.each(
  globSync(
    ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions/*.md", "docs/mutation.md", "packages/*/ARCHITECTURE.md"],
    { cwd: root },
  ),
)("every source file that %s names is there", (file) => {
  const named = readFileSync(join(root, file), "utf8").match(/(?<=`)[\w-]+(?:\/[\w.-]+)+\.(?:ts|js)(?=`)/g) ?? [];
  expect(named.filter((name) => !sources.some((source) => source.endsWith(`/${name}`)))).toEqual([]);
});

test("pages that sources and their messages name are there, with the section", () => {
  const named = globSync("packages/*/src/**/*.ts", { cwd: root }).flatMap(
    (file) => readFileSync(join(root, file), "utf8").match(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g) ?? [],
  );
  const missing = [...new Set(named)].filter((page) => {
    const [file = "", section] = page.split("#");
    if (!existsSync(join(root, file))) return true;
    const headings = readFileSync(join(root, file), "utf8").match(/^#+ .*$/gm) ?? [];
    return section !== undefined && !headings.some((heading) => anchorOf(heading) === section);
  });
  expect(missing).toEqual([]);
});

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/^#+ /, "")
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(/\s/g, "-");
