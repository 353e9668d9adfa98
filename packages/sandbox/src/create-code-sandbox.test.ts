import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileAccess } from "@ice/host";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { Json, JsonObject, SandboxRequest, SandboxResult } from "@ice/core";
import { js, kindOf, outputOf, ownSandbox } from "../test/run-code.ts";
import { createCodeSandbox, defaultLimits } from "./index.ts";

const shared = createCodeSandbox({ workers: 1 });
afterAll(() => shared.close());

const run = (source: string, more?: Partial<SandboxRequest>): Promise<SandboxResult> => shared.run(js(source, more));

/** A promise and what settles it: tests wait for events, never for time. */
const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
};

test("JSON goes in and comes out; undefined is null", async () => {
  expect(outputOf(await run("return { sum: input.a + input.b, u: undefined };", { input: { a: 2, b: 3 } }))).toEqual({
    sum: 5,
    u: null,
  });
  expect(outputOf(await run("input;"))).toBe(null);
  expect(outputOf(await run("return new Date(0);"))).toBe("1970-01-01T00:00:00.000Z");
});

test.each([
  ["a function", "{ f: () => 1 }", '"f" is a function'],
  ["a bigint", "[1n]", '"0" is a bigint'],
  ["NaN", "{ n: 0 / 0 }", '"n" is NaN'],
  ["a Map", "new Map()", "it is a Map"],
])("%s is not a valid result", async (_name, value, words) => {
  const result = await run(`return ${value};`);
  expect(result).toMatchObject({ ok: false, error: { kind: "notJson", message: expect.stringContaining(words) } });
});

test("an exception keeps its message and its line", async () => {
  expect(await run("const a = 1;\n\nthrow new TypeError('no such day');")).toMatchObject({
    error: { kind: "guest", message: "no such day (line 3)" },
  });
  expect(await run("throw { reason: 'because' };")).toMatchObject({
    error: { kind: "guest", message: '{"reason":"because"}' },
  });
});

test("TypeScript runs with its types stripped; syntax that cannot be stripped is refused with an explanation", async () => {
  const typescript = (source: string): Promise<SandboxResult> => shared.run({ language: "typescript", source });
  expect(outputOf(await typescript("const f = (n: number): string => `n=${n}`; return f(7);"))).toBe("n=7");
  expect(await typescript("enum Day { Monday }\nreturn 1;")).toMatchObject({
    error: { kind: "guest", message: expect.stringContaining("does not parse") },
  });
});

test("the same execution uses the same fuel a thousand times, on new and used instances", async () => {
  const source =
    "const m = new Map(); for (let i = 0; i < 200; i++) m.set('k' + i, { i }); return [...m.keys()].sort().length;";
  const results = await Promise.all(Array.from({ length: 1000 }, () => run(source)));
  expect(new Set(results.map(({ telemetry }) => telemetry.fuel)).size).toBe(1);
  expect(new Set(results.map(({ telemetry }) => telemetry.peakMemoryBytes)).size).toBe(1);
  expect(results.some(({ telemetry }) => telemetry.reused)).toBe(true);
});

test("an execution that grew its memory does not affect the fuel or the memory of the next", async () => {
  const grow = "const a = []; for (let i = 0; i < 12000; i++) a.push({ i }); return a.length;";
  const first = await run(grow);
  await run("return 1;");
  const again = await run(grow);
  expect(again.telemetry).toMatchObject({
    fuel: first.telemetry.fuel,
    peakMemoryBytes: first.telemetry.peakMemoryBytes,
  });
  expect(again.telemetry.peakMemoryBytes).toBeGreaterThan((await run("return 1;")).telemetry.peakMemoryBytes);
});

test("fuel, memory, output, log and host calls have limits, and usage is reported", async () => {
  expect(await run("for (;;) {}", { limits: { fuel: 1e6 } })).toMatchObject({
    error: { kind: "fuel", message: expect.stringContaining("limits.fuel") },
    telemetry: { fuel: 1e6, hostCalls: 0 },
  });
  expect(kindOf(await run("return new Uint8Array(9e6).length;", { limits: { memoryMiB: 8 } }))).toBe("memory");
  expect(kindOf(await run("return new Uint8Array(3e6).length;", { limits: { memoryMiB: 8 } }))).toBe("ok");
  expect(await run("return 1;", { limits: { memoryMiB: 1 } })).toMatchObject({
    error: { kind: "memory", message: expect.stringContaining("itself needs") },
  });
  expect(kindOf(await run("return 'x'.repeat(98);", { limits: { outputBytes: 100 } }))).toBe("ok");
  expect(kindOf(await run("return 'x'.repeat(99);", { limits: { outputBytes: 100 } }))).toBe("output");
  expect(kindOf(await run("return '\u20ac'.repeat(40);", { limits: { outputBytes: 100 } }))).toBe("output");
  expect(
    await run("console.log('12345'); console.warn({ a: 1 }); console.log('6');", { limits: { logBytes: 12 } }),
  ).toMatchObject({
    ok: true,
    logs: [
      { level: "log", text: "12345" },
      { level: "warn", text: '{"a":1}' },
    ],
    telemetry: { logBytes: 12, logBytesDropped: 1 },
  });
});

test("limits can be lowered, but not raised above the owner's", async () => {
  const sandbox = ownSandbox({ workers: 1, limits: { fuel: 50_000 } });
  expect(await sandbox.run(js("for (;;) {}", { limits: { fuel: 1e9 } }))).toMatchObject({
    telemetry: { fuel: 50_000 },
  });
  expect(await sandbox.run(js("for (;;) {}", { limits: { fuel: 20_000 } }))).toMatchObject({
    telemetry: { fuel: 20_000 },
  });
  expect(defaultLimits).toEqual({
    fuel: 5e8,
    memoryMiB: 64,
    wallMs: 10_000,
    logBytes: 65_536,
    outputBytes: 1_048_576,
    hostCalls: 100,
  });
});

test("a granted tool is called with its arguments; its failure is an exception in the code", async () => {
  const calls: [string, JsonObject][] = [];
  const callTool = async (name: string, args: JsonObject): Promise<Json> => {
    calls.push([name, args]);
    if (name === "bad") throw new Error("out of order");
    return { doubled: (args["n"] as number) * 2 };
  };
  const grants = { tools: ["double", "bad"] };
  const source = `const { doubled } = await tools.call("double", { n: 4 });
    try { await tools.call("bad"); } catch (error) { return [doubled, error.message, error.code]; }`;
  expect(outputOf(await run(source, { grants, callTool }))).toEqual([8, "out of order", "ICE_NODE_FAILED"]);
  expect(calls).toEqual([
    ["double", { n: 4 }],
    ["bad", {}],
  ]);
  expect(kindOf(await run(`await tools.call("bad");`, { grants, callTool }))).toBe("guest");
});

test("a tool that returns nothing gives null", async () => {
  const callTool = async (): Promise<Json> => undefined as unknown as Json;
  expect(outputOf(await run("return [await tools.call('a')];", { grants: { tools: ["a"] }, callTool }))).toEqual([
    null,
  ]);
});

test("tools run concurrently, and other code runs while one waits for its tool", async () => {
  const slow = gate();
  const order: string[] = [];
  const waiting = run("return await Promise.all([1, 2, 3].map((n) => tools.call('wait', { n })));", {
    grants: { tools: ["wait"] },
    callTool: async (_name, { n = null }) => {
      order.push(`call ${String(n)}`);
      if (n === 3) slow.open();
      await slow.opened;
      return n;
    },
  });
  await slow.opened;
  expect(order).toEqual(["call 1", "call 2", "call 3"]);
  expect(outputOf(await waiting)).toEqual([1, 2, 3]);

  const hold = gate();
  const called = gate();
  const suspended = run("return await tools.call('hold');", {
    grants: { tools: ["hold"] },
    callTool: async () => {
      called.open();
      await hold.opened;
      return "held";
    },
  });
  await called.opened;
  expect(outputOf(await run("return 1;"))).toBe(1);
  hold.open();
  expect(outputOf(await suspended)).toBe("held");
});

test("a hundred executions wait in one thread at the same time", async () => {
  const sandbox = ownSandbox({ workers: 1, lanes: 128 });
  const all = gate();
  let waiting = 0;
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      sandbox.run(
        js("return await tools.call('meet', { n: input });", {
          input: n,
          grants: { tools: ["meet"] },
          callTool: async (_name, args) => {
            waiting += 1;
            if (waiting === 100) all.open();
            await all.opened;
            return args["n"]!;
          },
        }),
      ),
    ),
  );
  expect(results.map(outputOf)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("using what is not granted ends the execution, whatever the code catches", async () => {
  const callTool = async (): Promise<Json> => "never";
  const source = (call: string): string => `try { ${call} } catch {} return "went on";`;
  for (const call of [
    "await tools.call('secret')",
    "await files.read('/data/x')",
    "await http.fetch('https://example.com')",
  ])
    expect(kindOf(await run(source(call), { callTool })), call).toBe("denied");
  expect(
    await run("for (let n = 0; n < 9; n++) try { await tools.call('a'); } catch {}", {
      callTool,
      grants: { tools: ["a"] },
      limits: { hostCalls: 3 },
    }),
  ).toMatchObject({
    error: { kind: "denied", message: expect.stringContaining("3 host calls") },
    telemetry: { hostCalls: 3 },
  });
});

test("environment, clock and random numbers are as granted", async () => {
  const source = "return [env, Date.now(), Math.random(), Math.random()];";
  const plain = outputOf(await run(source));
  expect(plain).toEqual([{}, 0, expect.any(Number), expect.any(Number)]);
  expect(outputOf(await run(source))).toEqual(plain);
  const granted = outputOf(await run(source, { grants: { env: { A: "1" }, clock: 1_700_000_000_123, seed: 7 } }));
  expect(granted).toEqual([{ A: "1" }, 1_700_000_000_123, expect.any(Number), expect.any(Number)]);
  expect((granted as Json[])[2]).not.toBe((plain as Json[])[2]);
  const before = Date.now();
  const [now] = outputOf(await run("return [Date.now()];", { grants: { clock: "real" } })) as [number];
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test("granted files are read, listed and, if the grant allows it, written", async () => {
  const root = mkdtempSync(join(tmpdir(), "ice-files-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "in/deep"), { recursive: true });
  mkdirSync(join(root, "out"));
  writeFileSync(join(root, "in/a.txt"), "alpha");
  const sandbox = ownSandbox({ workers: 1, files: createFileAccess({ directory: root, write: ["."] }) });
  const grants = {
    files: { "/in": { dir: join(root, "in") }, "/out/": { dir: join(root, "out"), readonly: false } },
  };
  const source = `await files.write("/out/new/b.txt", (await files.read("/in/a.txt")).toUpperCase());
    return [await files.list("/in"), await files.list("/out"), await files.read("/out/new/b.txt")];`;
  expect(outputOf(await sandbox.run(js(source, { grants })))).toEqual([["a.txt", "deep/"], ["new/"], "ALPHA"]);
  expect(readFileSync(join(root, "out/new/b.txt"), "utf8")).toBe("ALPHA");
  expect(kindOf(await sandbox.run(js(`await files.write("/in/c.txt", "");`, { grants })))).toBe("denied");
  writeFileSync(join(root, "in/big.txt"), "x".repeat(2_000_000));
  expect(kindOf(await sandbox.run(js(`return await files.read("/in/big.txt");`, { grants })))).toBe("guest");
});

test("a component that is not registered is refused", async () => {
  expect(await shared.run({ language: "component", source: "return 1" })).toMatchObject({
    ok: false,
    error: { kind: "denied", message: expect.stringContaining("component"), fix: expect.any(String) },
  });
});

test("after close nothing runs, and closing twice has no effect", async () => {
  const sandbox = createCodeSandbox({ workers: 1 });
  const hold = gate();
  const running = sandbox.run(
    js("await tools.call('hold');", {
      grants: { tools: ["hold"] },
      callTool: () => {
        hold.open();
        return new Promise<Json>(() => {});
      },
    }),
  );
  await hold.opened;
  await sandbox.close();
  await sandbox.close();
  expect(kindOf(await running)).toBe("cancelled");
  expect(kindOf(await sandbox.run(js("return 1;")))).toBe("cancelled");
});
