import { afterAll, describe, expect, test } from "vitest";
import type { Json, SandboxRequest, SandboxResult } from "@ice/core";
import { createCodeSandbox } from "../index.ts";

// The whole way: thread that prepares, pool, lane, interpreter. The tests of lanes look at what is inside.
const sandbox = createCodeSandbox({ workers: 1, cache: false });
afterAll(() => sandbox.close());
const python = (source: string, more: Partial<SandboxRequest> = {}): Promise<SandboxResult> =>
  sandbox.run({ language: "python", source, ...more });
const ended = async (source: string, more: Partial<SandboxRequest> = {}): Promise<unknown> => {
  const result = await python(source, more);
  return result.ok ? result.output : result.error;
};

describe("the code is the body of a function:", () => {
  test.each<[string, string, Json, Json]>([
    ["input is in scope, return gives JSON", "return input['a'] + input['b']", { a: 2, b: 3 }, 5],
    ["without return it is null", "x = 1", null, null],
    ["nothing at all is null", "", null, null],
    ["comments alone are null", "# nothing", null, null],
    [
      "tuples are lists, keys are strings",
      "return {1: (1, None, True, 'é', 1.5)}",
      null,
      { 1: [1, null, true, "é", 1.5] },
    ],
    ["strings over lines keep their lines", 'x = """a\n  b\n\tc"""\nreturn x', null, "a\n  b\n\tc"],
    ["indentation is the author's", "if input:\n\treturn 1\nelse:\n\treturn 2", 1, 1],
    [
      "functions, classes, comprehensions see input",
      "class A:\n  def f(self): return [input for _ in range(2)]\nreturn A().f()",
      7,
      [7, 7],
    ],
    [
      "features of later versions are asked for first",
      "from __future__ import annotations\ndef f(x: Later): return x\nreturn f(input)",
      1,
      1,
    ],
    ["input can be assigned", "input = input + 1\nreturn input", 1, 2],
    ["recursion by name", "def f(n):\n  return 1 if n == 0 else n * f(n - 1)\nreturn f(10)", null, 3628800],
    ["globals are its own", "global x\nx = 3\nreturn globals()['x']", null, 3],
    ["half a surrogate pair does not cross", "return chr(0xd800) + 'x'", null, "\ufffd\ufffd\ufffdx"],
    ["prototype keys do not cross", "return {'__proto__': {'a': 1}, 'ok': 1}", null, { ok: 1 }],
    [
      "the standard library is there",
      "import re, json, math, datetime, sqlite3, zlib\nreturn re.sub('a', 'b', 'banana')",
      null,
      "bbnbnb",
    ],
    [
      "what JavaScript holds exactly",
      "return [2**53 - 1, 1e300, '12345678901234567890']",
      null,
      [2 ** 53 - 1, 1e300, "12345678901234567890"],
    ],
    ["reading input that does not come", "import sys\nreturn sys.stdin.read()", null, ""],
  ])("%s", async (_name, source, input, expected) => {
    expect(await ended(source, { input })).toEqual(expected);
  });
});

describe("an error has a kind and the author's line:", () => {
  test.each<[string, string, Partial<SandboxRequest>, object]>([
    ["an exception", "\n\nraise ValueError('no')", {}, { kind: "guest", message: "ValueError: no (line 3)" }],
    [
      "one from a library",
      "import json\njson.loads('{')",
      {},
      { message: expect.stringMatching(/^JSONDecodeError: .* \(line 2\)$/) },
    ],
    ["one without words", "assert False", {}, { kind: "guest", message: "AssertionError (line 1)" }],
    [
      "one whose words fail",
      "class E(Exception):\n  def __str__(self): raise E\nraise E",
      {},
      { message: "E (line 3)" },
    ],
    [
      "a syntax error",
      "x = 1\nreturn {{{",
      {},
      { kind: "guest", message: expect.stringMatching(/^SyntaxError: .* \(line 2\)$/) },
    ],
    [
      "an indentation error",
      "if 1:\nreturn 2",
      {},
      { message: expect.stringMatching(/^IndentationError: .* \(line 2\)$/) },
    ],
    ["await", "await x", {}, { kind: "guest", message: "SyntaxError: 'await' outside async function (line 1)" }],
    ["a NUL", "return 1\0", {}, { kind: "guest" }],
    ["an exit", "import sys\nsys.exit(3)", {}, { kind: "guest", message: "SystemExit: 3 (line 2)" }],
    [
      "an exit past everything",
      "import os\nos._exit(4)",
      {},
      { kind: "guest", message: expect.stringContaining("exit code 4") },
    ],
    ["abort", "import os\nos.abort()", {}, { kind: "guest", message: expect.stringContaining("crashed") }],
    [
      "recursion without end",
      "def f(): return f()\nf()",
      {},
      { kind: "guest", message: expect.stringMatching(/^RecursionError/) },
    ],
    ["NaN", "return float('nan')", {}, { kind: "notJson" }],
    ["a set", "return {1}", {}, { kind: "notJson", message: expect.stringContaining("set") }],
    ["bytes", "return b'x'", {}, { kind: "notJson" }],
    ["a circle", "a = []\na.append(a)\nreturn a", {}, { kind: "notJson" }],
    ["depth without end", "a = []\nfor _ in range(10**5): a = [a]\nreturn a", {}, { kind: "notJson" }],
    [
      "an integer that JSON loses",
      "return {'n': [2**64]}",
      {},
      { kind: "notJson", message: expect.stringContaining("2^53") },
    ],
    ["a loop", "while True: pass", { limits: { fuel: 3e6 } }, { kind: "fuel" }],
    [
      "a loop that catches everything",
      "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
      { limits: { fuel: 3e6 } },
      { kind: "fuel" },
    ],
    [
      "memory",
      "x = []\nwhile True: x.append(bytearray(10**6))",
      { limits: { memoryMiB: 20 } },
      { kind: "memory", message: expect.stringContaining("MemoryError") },
    ],
    ["more memory than there can be", "'x' * (2**31 - 10)", {}, { kind: "memory" }],
    [
      "less memory than it needs",
      "return 1",
      { limits: { memoryMiB: 4 } },
      { kind: "memory", message: expect.stringContaining("itself needs 13 MiB") },
    ],
    [
      "input deeper than it reads",
      "return 1",
      { input: JSON.parse("[".repeat(5000) + "]".repeat(5000)) as Json },
      { kind: "guest", message: expect.stringMatching(/^RecursionError: /) },
    ],
    ["a long result", "return 'x' * 100", { limits: { outputBytes: 50 } }, { kind: "output" }],
    ["a tool that is not granted", "try:\n  tools.call('x')\nexcept BaseException: return 1", {}, { kind: "denied" }],
    ["files that are not granted", "return files.read('/etc/passwd')", {}, { kind: "denied" }],
    ["a host that is not granted", "return http.fetch('http://localhost')", {}, { kind: "denied" }],
  ])("%s", async (_name, source, more, error) => {
    expect(await ended(source, more)).toMatchObject(error);
    expect(await ended("return 1")).toBe(1);
  });

  test("exceeding the time limit, after which the next one runs", async () => {
    const slow = await python("while True: pass", { limits: { wallMs: 100 } });
    expect(slow).toMatchObject({ ok: false, error: { kind: "timeout" } });
    expect(await ended("return 1")).toBe(1);
  });
});

describe("grants:", () => {
  const callTool: SandboxRequest["callTool"] = async (name, args) => {
    if (name === "fail") throw new Error("the tool broke");
    return { name, args };
  };
  const granted = { grants: { tools: ["echo", "fail"] }, callTool };

  test("tools are called as functions, one after another", async () => {
    const result = await python("return [tools.call('echo', {'n': n}) for n in range(3)]", granted);
    expect(result).toMatchObject({ ok: true, output: [0, 1, 2].map((n) => ({ name: "echo", args: { n } })) });
    expect(result.telemetry.hostCalls).toBe(3);
  });

  test("a tool that fails is an exception with its message and code", async () => {
    const source = "try:\n  tools.call('fail')\nexcept Exception as e:\n  return [str(e), e.code, type(e).__name__]";
    expect(await ended(source, granted)).toEqual(["the tool broke", "ICE_NODE_FAILED", "HostError"]);
  });

  test("arguments that are not JSON or too long, and too many calls", async () => {
    expect(await ended("tools.call('echo', {'x': {1}})", granted)).toMatchObject({ kind: "guest" });
    expect(await ended("\ntools.call('echo', {'id': [-(2**53) - 1]})", granted)).toEqual({
      kind: "guest",
      message:
        "ValueError: -9007199254740993 is an integer that JSON cannot carry exactly: pass it as a string (line 2)",
    });
    const back = "return str(tools.call('echo', {'id': input})['args']['id'])";
    expect(await ended(back, { ...granted, input: 2 ** 60 })).toBe(String(2 ** 60));
    expect(await ended("return tools.call('echo', {'id': 2**53 - 1, 's': '1' * 20})", granted)).toMatchObject({
      args: { id: 2 ** 53 - 1, s: "1".repeat(20) },
    });
    const limits = { outputBytes: 100, hostCalls: 2 };
    expect(await ended("tools.call('echo', {'x': 'x' * 100})", { ...granted, limits })).toMatchObject({
      kind: "output",
    });
    expect(await ended("while True: tools.call('echo')", { ...granted, limits })).toMatchObject({ kind: "denied" });
  });

  test("executions wait for tools concurrently, and one is cancelled while it waits", async () => {
    const release = Promise.withResolvers<Json>();
    const waits = new Set<number>();
    const controller = new AbortController();
    const all = [1, 2, 3].map((n) =>
      python("return tools.call('echo', {'n': input})['n'] * 10", {
        input: n,
        grants: { tools: ["echo"] },
        signal: n === 3 ? controller.signal : undefined,
        callTool: async (_name, { n: number }) => {
          waits.add(Number(number));
          if (waits.size === 3) controller.abort();
          if (waits.size === 3) release.resolve(null);
          await release.promise;
          return { n: number! };
        },
      }),
    );
    const results = await Promise.all(all);
    expect(results.map((result) => (result.ok ? result.output : result.error.kind))).toEqual([10, 20, "cancelled"]);
    expect(await ended("return 1")).toBe(1);
  });

  test("environment, clock and seed are as granted, and nothing else is", async () => {
    const source =
      "import os, random, time\nreturn [env, dict(os.environ), time.time(), random.random(), os.urandom(4).hex()]";
    const nothing = await ended(source);
    expect(nothing).toEqual([{}, {}, 0, 0.8444218515250481, expect.any(String)]);
    expect(await ended(source)).toEqual(nothing);
    const grants = { env: { A: "b" }, clock: 5000, seed: 7 };
    const some = (await ended(source, { grants })) as unknown[];
    expect(some).toEqual([{ A: "b" }, { A: "b" }, 5, 0.32383276483316237, expect.any(String)]);
    expect(some[4]).not.toBe((nothing as unknown[])[4]);
    const real = (await ended("import time\nreturn time.time()", { grants: { clock: "real" } })) as number;
    expect(Math.abs(real * 1000 - Date.now())).toBeLessThan(60_000);
  });
});

test("output on both streams is logged line by line", async () => {
  const result = await python("import sys\nprint('a', 1)\nprint('b', end='')\nprint('no', file=sys.stderr)\nreturn 1");
  expect(result.logs).toEqual([
    { level: "log", text: "a 1" },
    { level: "error", text: "no" },
    { level: "log", text: "b" },
  ]);
  const much = await python("for _ in range(100): print('x' * 100)", { limits: { logBytes: 250 } });
  expect(much).toMatchObject({ ok: true, telemetry: { logBytes: 200, logBytesDropped: 9800 } });
});

test("the same code uses the same fuel, whatever ran before; nothing is left behind", async () => {
  const source =
    "import random\nx = {str(i): random.random() for i in range(500)}\nreturn [sum(x.values()), hash('a')]";
  const first = await python(source);
  await python("import builtins, json\nbuiltins.len = json.dumps = None\nimport asyncio\nleak = [0] * 10**6");
  await python("while True: pass", { limits: { fuel: 1e6 } });
  const second = await python(source);
  expect([second.ok && second.output, second.telemetry.fuel]).toEqual([first.ok && first.output, first.telemetry.fuel]);
  expect(first.telemetry.fuel).toBeLessThan(2_000_000);
  expect(await ended("try:\n  return leak\nexcept NameError: return len([])")).toBe(0);
});

test("a missing package is an error with a fix", async () => {
  expect(await python("import numpy\nreturn 1")).toMatchObject({
    error: { kind: "guest", fix: expect.stringContaining("standard library") },
  });
});
