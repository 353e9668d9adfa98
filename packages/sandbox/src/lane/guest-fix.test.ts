import { beforeAll, expect, test } from "vitest";
import { createCodeSandbox, type ClosableCodeSandbox } from "../index.ts";
import { noModulesFix } from "./guest-fix.ts";

let sandbox: ClosableCodeSandbox;
beforeAll(() => {
  sandbox = createCodeSandbox({ workers: 1 });
  return () => sandbox.close();
});
const errorOf = async (source: string, language: "javascript" | "typescript" = "javascript"): Promise<unknown> => {
  const result = await sandbox.run({ language, source });
  return result.ok ? result.output : result.error;
};

test.each([
  "await import('node:fs');",
  "try { await import('lodash'); } catch {} return 1;",
  "const name = 'f' + 's';\nreturn import(name).catch(() => 1);",
  "return eval('import(\"fs\")');",
  "import('./x.js'); return 1;",
])("the error for import() says that there are no modules: %s", async (source) => {
  const expected = {
    kind: "guest",
    message: "The code imports a module with `import()`, and there are none in the sandbox.",
    fix: noModulesFix,
  };
  expect(await errorOf(source)).toEqual(expected);
  expect(await errorOf(source, "typescript")).toEqual(expected);
  expect(await errorOf("return 1;")).toBe(1);
});

test.each([
  "import fs from 'node:fs';\nreturn 1;",
  "import { a } from './a.js'; return a;",
  "  import * as all from 'x';",
  "import 'x';",
  "const a = 1;\nexport default a;",
  "export const a = 1;",
  "import data from './a.json' with { type: 'json' };",
  "return import.meta.url;",
  "const fs = require('fs');",
  "module.exports = 1;",
])("other ways to ask for a module have the same fix: %s", async (source) => {
  expect(await errorOf(source)).toMatchObject({ kind: "guest", fix: noModulesFix });
  expect(await errorOf(source, "typescript")).toMatchObject({ kind: "guest", fix: noModulesFix });
});

test.each([
  ["return await fetch('https://example.com');", "`http.fetch(url)`"],
  ["return process.env.HOME;", "`env`"],
  ["setTimeout(() => {}, 1);", "timers"],
  ["return Buffer.from('a');", "Uint8Array"],
])("a name from other runtimes: %s", async (source, fix) => {
  expect(await errorOf(source)).toMatchObject({ kind: "guest", fix: expect.stringContaining(fix) });
});

test.each([
  ["const text = `\nimport x from 'y'`; return text.length;", 18],
  ["return input?.import;", null],
  ["return eval('1 + 1');", 2],
  ["return new Function('return typeof process')();", "undefined"],
  ["await null; for await (const n of [1]) return n;", 1],
])("code that only looks like it runs: %s", async (source, output) => {
  expect(await errorOf(source)).toBe(output);
});

test.each([
  ["javascript", "const x = 1;\n\nnull.x;", /\(line 3\)$/],
  ["javascript", "let a = 1;\nlet a = 2;", /\(line 2\)$/],
  ["javascript", "return {", /\(line 1\)$/],
  ["javascript", "let a;\nreturn (", /\(line 2\)$/],
  ["typescript", "let a: number = 1;\nconst b: = 2;", /\(line 2\)$/],
  ["typescript", "return {", /\(line 1\)$/],
  ["typescript", "\n\nenum A { x }", /\(line 3\)$/],
] as const)("an error has the line of the code: %s %j", async (language, source, line) => {
  expect(await errorOf(source, language)).toMatchObject({ kind: "guest", message: expect.stringMatching(line) });
});
