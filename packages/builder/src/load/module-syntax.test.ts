import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moduleSyntaxFix } from "./module-syntax.ts";

const folders = { module: "", commonjs: "" };
beforeAll(() => {
  for (const type of ["module", "commonjs"] as const) {
    folders[type] = mkdtempSync(join(tmpdir(), "ice-module-syntax-"));
    writeFileSync(join(folders[type], "package.json"), JSON.stringify({ type }));
  }
});
afterAll(() => {
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true });
});

/** What Node throws when it loads `name`. */
function errorOf(type: keyof typeof folders, name: string, text: string): unknown {
  const file = join(folders[type], name);
  writeFileSync(file, text);
  try {
    createRequire(import.meta.url)(file);
  } catch (error) {
    return error;
  }
  throw new Error(`${name} loads`);
}

const esModule = "is an ES module in a CommonJS package: rename it to";
const commonJs = "is CommonJS in a package of ES modules: rename it to";

test.each([
  ["commonjs", "a.ts", 'import "node:fs";\nexport const a: number = 1;', `a.ts ${esModule} a.mts`],
  ["commonjs", "b.js", "export default 1;", `b.js ${esModule} b.mjs`],
  ["commonjs", "c.mts", 'export * from "./a.ts";', `a.ts ${esModule} a.mts`],
  ["module", "d.ts", 'const fs: unknown = require("node:fs");', `d.ts ${commonJs} d.cts`],
  ["module", "e.js", "module.exports = {};", `e.js ${commonJs} e.cjs`],
  ["module", "f.cts", 'require("./e.js");', `e.js ${commonJs} e.cjs`],
] as const)("in a package of %s, %s names the file to rename and its new name", (type, name, text, fix) => {
  expect(moduleSyntaxFix(errorOf(type, name, text))).toContain(fix);
});

test("other errors have no such fix", () => {
  expect(moduleSyntaxFix(errorOf("module", "g.ts", "enum A { b }"))).toBeUndefined();
  expect(moduleSyntaxFix(errorOf("commonjs", "h.ts", 'throw new Error("module is not defined")'))).toBeUndefined();
  expect(moduleSyntaxFix("Unexpected token 'export'")).toBeUndefined();
});
