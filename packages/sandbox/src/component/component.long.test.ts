import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import type { Json, SandboxRequest, SandboxResult } from "@ice/core";
import { ComponentFiles, contained, replaced } from "../../test/components/component-files.ts";
import { inThisProcess } from "../../test/components/in-this-process.ts";
import { defaultLimits } from "../index.ts";
import { checkComponent } from "./check-component.ts";
import { ComponentProcess, startProcess } from "./component-process.ts";
import { prepareComponent } from "./prepare-component.ts";

// test/components/statistics.c, compiled; build.ts beside it says how.
const file = fileURLToPath(new URL("../../test/components/statistics.wasm", import.meta.url));
const bytes = readFileSync(file);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const files = new ComponentFiles();
afterAll(() => files.close());
const evil = files.put("evil.wasm", replaced(bytes, "cabi_realloc", 'x"];ev+il();'));
const missing = join(files.folder, "missing.wasm");
files.allow([file, evil, missing]);
const run = (input: Json, more: Partial<SandboxRequest> = {}): Promise<SandboxResult> => files.run(file, input, more);

test("a component in C computes JSON from JSON, named by path or by hash", async () => {
  expect(await run({ numbers: [1, 2, -5] })).toMatchObject({ ok: true, output: { count: 3, sum: -2 } });
  expect(await run({ numbers: [7] }, { component: sha256 })).toMatchObject({ ok: true, output: { count: 1, sum: 7 } });
});

test("every execution has a new instance, and uses the same fuel", async () => {
  const results = [await run({ state: 1 }), await run({ state: 1 }), await run({ state: 1 })];
  expect(results.map((result) => result.ok && result.output)).toEqual([1, 1, 1]);
  expect(new Set(results.map(({ telemetry }) => telemetry.fuel)).size).toBe(1);
});

test.each<[string, Json, Partial<SandboxRequest>, object]>([
  ...contained,
  ["starts with too much memory", {}, { limits: { memoryMiB: 0.06 } }, { kind: "memory" }],
  ["traps", { trap: 1 }, {}, { kind: "guest", message: "The component trapped." }],
  ["returns an error", { fail: 1 }, {}, { kind: "guest", message: "the component says no" }],
  ["returns too much", { numbers: [1] }, { limits: { outputBytes: 5 } }, { kind: "output" }],
  ["is granted a seed", {}, { grants: { seed: 1 } }, { kind: "denied" }],
  ["is not registered", {}, { component: "/etc/passwd" }, { kind: "denied" }],
  ["is registered and not there", {}, { component: missing }, { kind: "denied" }],
  [
    "has names that are code",
    {},
    { component: evil },
    { kind: "denied", message: expect.stringContaining("the name") },
  ],
])("a component that %s is contained, and the next one runs", async (_name, input, more, error) => {
  expect(await run(input, more)).toMatchObject({ ok: false, error });
  expect(await run({ numbers: [2] })).toMatchObject({ ok: true, output: { count: 1, sum: 2 } });
});

test("an execution is cancelled before and while it runs", async () => {
  expect(await run({}, { signal: AbortSignal.abort() })).toMatchObject({ error: { kind: "cancelled" } });
  const controller = new AbortController();
  const running = run({ loop: 1 }, { limits: { wallMs: 5000 }, signal: controller.signal });
  const behind = run({ numbers: [3] });
  setImmediate(() => controller.abort());
  expect(await running).toMatchObject({ error: { kind: "cancelled" } });
  expect(await behind).toMatchObject({ ok: true, output: { sum: 3 } });
});

describe("checked before anything is generated", () => {
  const refusal = (message: string): Error =>
    expect.objectContaining({ code: "ICE_SANDBOX_DENIED", message: expect.stringContaining(message) }) as Error;
  test.each<[string, Uint8Array, string]>([
    ["text", new TextEncoder().encode("(component)"), "not a component"],
    ["a core module", new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), "not a component"],
    ["nothing but a header and half a section", bytes.subarray(0, 40), "ends too early"],
    ["a name with a quote", replaced(bytes, "cabi_realloc", `x"];evil()//`), "the name"],
    ["a name with a line break", replaced(bytes, "cabi_realloc", "cabi\nrealloc"), "the name"],
    ["a name with a backslash", replaced(bytes, "cabi_realloc", "cabi\\realloc"), "the name"],
    ["a name with a template", replaced(bytes, "cabi_realloc", "`${evil}`aaa"), "the name"],
    ["a section of the future", new Uint8Array([...bytes, 12, 1, 0]), "component section 12"],
    ["more than 16 MiB", new Uint8Array(17 * 2 ** 20), "larger than 16 MiB"],
  ])("%s is refused", (_name, content, message) => {
    expect(() => checkComponent(content)).toThrowError(refusal(message));
  });

  test("custom sections are dropped, everything else is kept", async () => {
    const checked = checkComponent(bytes);
    expect(checked.length).toBeLessThan(bytes.length);
    expect(checkComponent(checked)).toEqual(checked);
    const { exports } = await transpileBytes(checked, { instantiation: "sync", wasiShim: false });
    expect(exports).toEqual([["run", "function"]]);
  });

  test("a component truncated anywhere is refused, never run", async () => {
    for (let length = 0; length < bytes.length; length += 61)
      await expect(prepareComponent(bytes.subarray(0, length))).rejects.toMatchObject({ code: "ICE_SANDBOX_DENIED" });
  });
});

test("a process that died while idle is replaced for the next execution", async () => {
  const shim = import.meta.resolve("@bytecodealliance/preview2-shim");
  const child = startProcess(shim);
  const process = new ComponentProcess({ sha256: "", ...(await prepareComponent(bytes)) }, shim, child);
  const execution = { input: '{"numbers":[4,5]}', env: {}, clock: 0, limits: defaultLimits };
  const expected = { ok: true, payload: '{"count":2,"sum":9}' };
  expect(await process.run({ run: "", execution, signal: undefined })).toMatchObject(expected);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await process.run({ run: "", execution, signal: undefined })).toMatchObject(expected);
  process.close();
});

test("the executions of a process are served run by run; a cancelled one ends immediately", async () => {
  const shim = import.meta.resolve("@bytecodealliance/preview2-shim");
  const process = new ComponentProcess({ sha256: "", ...(await prepareComponent(bytes)) }, shim);
  const ends: string[] = [];
  const run = async (name: string, input: string, signal?: AbortSignal): Promise<void> => {
    const execution = { input, env: {}, clock: 0, limits: { ...defaultLimits, fuel: 1e12, wallMs: 300 } };
    const outcome = await process.run({ run: name, execution, signal });
    ends.push(`${name} ${outcome.ok ? "done" : outcome.kind}`);
  };
  const stop = new AbortController();
  const spinning = [1, 2, 3].map(() => run("spin", '{"loop":1}'));
  const cancelled = run("cancelled", '{"loop":1}', stop.signal);
  const honest = run("honest", '{"numbers":[4,5]}');
  stop.abort();
  await cancelled;
  expect(ends).toEqual(["cancelled cancelled"]);
  await honest;
  // The one that ran when it came, and one more at most.
  expect(ends.filter((end) => end === "spin timeout").length).toBeLessThanOrEqual(2);
  process.close();
  await Promise.all(spinning);
  expect(process.isBusy).toBe(false);
});

test("its process logic, tested in this process", async () => {
  const execute = await inThisProcess(bytes);
  expect(execute('{"numbers":[4,5]}')).toMatchObject({ ok: true, payload: '{"count":2,"sum":9}', hostCalls: 0 });
  expect(execute('{"loop":1}', { fuel: 500_000 })).toMatchObject({ ok: false, kind: "fuel", fuel: 500_000 });
  expect(execute('{"memory":1}', { memoryMiB: 2 })).toMatchObject({ ok: false, kind: "memory" });
  expect(execute('{"fail":1}')).toMatchObject({ ok: false, kind: "guest", message: "the component says no" });
  expect(execute('{"trap":1}')).toMatchObject({ ok: false, kind: "guest" });
  expect(execute("{}", { outputBytes: 3 })).toMatchObject({ ok: false, kind: "output" });
  expect(execute("{}", { memoryMiB: 0.06 })).toMatchObject({ ok: false, kind: "memory" });
});
