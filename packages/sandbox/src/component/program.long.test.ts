import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Json, SandboxRequest } from "@ice/core";
import { ComponentFiles, contained, replaced } from "../../test/components/component-files.ts";
import { inThisProcess } from "../../test/components/in-this-process.ts";

// test/components/program.c for WASI preview 1, and the component of it; build.ts beside it says how they were made.
const components = fileURLToPath(new URL("../../test/components/", import.meta.url));
const program = join(components, "program.wasm");
const command = join(components, "program.component.wasm");
const library = join(components, "statistics.module.wasm");
const files = new ComponentFiles();
afterAll(() => files.close());

/** A copy of a file in which a word is another one of the same length. */
const copy = (name: string, file: string, word: string, other: string): string =>
  files.put(name, replaced(readFileSync(file), word, other));
const importsCode = copy("evil-import.wasm", program, "fd_prestat_get", "a\\n;evil();//x");
const exportsCode = copy("evil-export.wasm", library, "cabi_realloc", 'x"];ev+il();');
const unknownImport = copy("unknown.wasm", program, "fd_prestat_get", "fd_pristat_get");
const noStart = copy("no-start.wasm", program, "_start", "_stirt");
const empty = files.put("empty.wasm", new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
files.allow([program, command, library, importsCode, exportsCode, unknownImport, noStart, empty]);
const run = files.run.bind(files);

test.each([
  ["a module for WASI preview 1", program],
  ["a component that exports wasi:cli/run", command],
])("%s reads JSON, writes JSON, and logs what it writes to stderr", async (_name, file) => {
  const result = await run(file, { n: 12 });
  expect(result).toMatchObject({ ok: true, output: { bytes: 8, digits: 2 } });
  expect(result.logs).toEqual([
    { level: "log", text: "read 8 bytes" },
    { level: "log", text: "of component" },
  ]);
  const again = await run(file, { n: 12 });
  expect([again.telemetry.fuel, again.logs]).toEqual([result.telemetry.fuel, result.logs]);
});

test("a module with a component type is called as a component, by the same contract", async () => {
  expect(await run(library, { numbers: [1, 2, -5] })).toMatchObject({ ok: true, output: { count: 3, sum: -2 } });
});

describe.each([
  ["module", program],
  ["component", command],
])("a program, as a %s,", (kind, file) => {
  test.each(contained)("that %s is contained", async (_name, input, more, error) => {
    expect(await run(file, input, more)).toMatchObject({ ok: false, error });
  });

  test.each<[string, Json, Partial<SandboxRequest>, object]>([
    ["writes nothing: null", { nothing: 1 }, {}, { ok: true, output: null }],
    [
      "writes without end",
      { flood: 1 },
      { limits: { outputBytes: 1000 } },
      { ok: false, error: { kind: "output", message: expect.stringContaining("1000 bytes") } },
    ],
    [
      "ends with a code, its last output reported",
      { exit: 3 },
      {},
      { ok: false, error: { kind: "guest", message: expect.stringMatching(/exit code \d: .*no more$/s) } },
    ],
    ["ends with 0 before its end", { exit: 0 }, {}, { ok: true, output: null }],
    ["opens files", { files: 1 }, {}, { ok: true, output: [-1, -1] }],
    ["has no environment, and no time", { env: 1 }, {}, { ok: true, output: ["", false, 0] }],
    [
      "has what it is granted",
      { env: 1 },
      { grants: { env: { A: "b" }, clock: 5000 } },
      { ok: true, output: ["b", false, 5] },
    ],
    ["logs too much", {}, { limits: { logBytes: 5 } }, { logs: [], telemetry: { logBytesDropped: 24 } }],
  ])("that %s", async (_name, input, more, expected) => {
    expect(await run(file, input, more)).toMatchObject(expected);
  });

  test("returns its own exit code where WASI has one", async () => {
    const result = await run(file, { exit: 3 });
    expect(!result.ok && result.error.message).toContain("exit code 3:");
    expect(kind).not.toBe("");
  });
});

test.each([
  ["imports what is code", importsCode, "the name"],
  ["exports what is code", exportsCode, "the name"],
  ["imports what WASI does not have", unknownImport, "cannot be converted to a component"],
  ["is no program, and has no component type", noStart, "it exports neither"],
  ["is empty", empty, "it exports neither"],
])("a module that %s is refused before anything is generated", async (_name, file, message) => {
  expect(await run(file, {})).toMatchObject({
    ok: false,
    error: { kind: "denied", message: expect.stringContaining(message) },
  });
});

test("its process logic, tested in this process", async () => {
  const execute = await inThisProcess(readFileSync(program));
  const logs = [
    { level: "log", text: "read 2 bytes" },
    { level: "log", text: "of component" },
  ];
  expect(execute("12")).toMatchObject({ ok: true, payload: '{"bytes":2,"digits":2}', logs });
  expect(execute('{"nothing":1}')).toMatchObject({ ok: true, payload: "null" });
  expect(execute('{"exit":0}')).toMatchObject({ ok: true, payload: "null" });
  expect(execute('{"exit":3}')).toMatchObject({
    ok: false,
    kind: "guest",
    message: expect.stringContaining("code 3: "),
  });
  expect(execute('{"flood":1}', { outputBytes: 10 })).toMatchObject({ ok: false, kind: "output" });
  expect(execute('{"loop":1}', { fuel: 500_000 })).toMatchObject({ ok: false, kind: "fuel", fuel: 500_000 });
  expect(execute('{"memory":1}', { memoryMiB: 2 })).toMatchObject({ ok: false, kind: "memory" });
});

test("the adapters come from the package that their README names", () => {
  const readme = readFileSync(new URL("../../preview1/README.md", import.meta.url), "utf8");
  for (const kind of ["command", "reactor"]) {
    const name = `wasi_snapshot_preview1.${kind}.wasm`;
    const bytes = readFileSync(new URL(`../../preview1/${name}`, import.meta.url));
    expect(readme).toMatch(new RegExp(`\`${name}\` \\| \`${createHash("sha256").update(bytes).digest("hex")}\``));
  }
});
