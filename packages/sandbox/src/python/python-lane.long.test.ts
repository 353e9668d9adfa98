import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executionOf } from "../../test/run-code.ts";
import { pythonInterpreter } from "@ice/sandbox-python";
import type { Execution, GuestCall, LaneOutcome } from "../lane/execution.ts";
import { createCodeSandbox } from "../index.ts";
import { defaultLimits } from "../pool/limits.ts";
import { losesDigits } from "./exact-numbers.ts";
import type { PreparedInterpreter } from "./interpreter-instance.ts";
import { loadPython, pythonWorkers } from "./load-python.ts";
import { preview1Calls, unsupported, type Preview1Host } from "./preview1.ts";
import { prepareInterpreter } from "./prepare-interpreter.ts";
import { PythonLane } from "./python-lane.ts";
import { randomBytes } from "./random-bytes.ts";
import { findInterpreter } from "./start/find-interpreter.ts";

// What the threads for Python do, without a thread.
const folder = mkdtempSync(join(tmpdir(), "ice-python-"));
const { file, sha256 } = pythonInterpreter();
const setup = { file: file.href, sha256, cache: { folder, required: true } };
let prepared: PreparedInterpreter;
beforeAll(async () => {
  prepared = await findInterpreter(setup);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const python = (source: string, more: Partial<Execution> = {}): Execution => executionOf("python", source, more);
const makeLane = (): PythonLane => new PythonLane(prepared, () => 9000);
/** Runs to the end; the host answers every call with its number. */
async function run(lane: PythonLane, execution: Execution): Promise<LaneOutcome> {
  const calls: GuestCall[] = [];
  let outcome = await lane.start(execution, (call) => calls.push(call));
  for (let next = calls.shift(); outcome === undefined; next = calls.shift())
    outcome = await lane.answer({ id: next!.id, ok: true, value: String(next!.id) });
  return outcome;
}

test("the prepared interpreter is cached, and a different file is refused", async () => {
  expect(readdirSync(folder).length).toBe(1);
  const again = await findInterpreter(setup);
  expect(again.image.memory.length).toBe(prepared.image.memory.length);
  expect(Buffer.compare(again.image.memory, prepared.image.memory)).toBe(0);
  expect([again.image.globals, again.image.turn]).toEqual([prepared.image.globals, prepared.image.turn]);
  const other = join(folder, "other.wasm");
  writeFileSync(other, "no interpreter");
  await expect(
    findInterpreter({ ...setup, file: pathToFileURL(other).href, sha256: "0".repeat(64) }),
  ).rejects.toMatchObject({ code: "ICE_SANDBOX_DENIED", message: expect.stringContaining("is not the file") });
});

test("an interpreter that does not start says why", async () => {
  const { readFile } = await import("node:fs/promises");
  const bytes = await readFile(file);
  await expect(prepareInterpreter(bytes, "import nothing_of_this_name")).rejects.toThrow("nothing_of_this_name");
  await expect(prepareInterpreter(bytes, "while True: pass")).rejects.toThrow("does not start");
  await expect(prepareInterpreter(bytes, "import os\nos._exit(0)")).rejects.toThrow("does not start");
  await expect(prepareInterpreter(new Uint8Array(8), "")).rejects.toMatchObject({ code: "ICE_SANDBOX_DENIED" });
}, 60_000);

test("a lane runs one execution after another from the same initial memory", async () => {
  const lane = makeLane();
  const leave = await run(lane, python("import builtins\nbuiltins.leak = 1\nreturn [leak]"));
  expect(leave).toMatchObject({ ok: true, payload: "[1]", reused: false });
  expect(lane.recycle()).toBe(true);
  const look = await run(lane, python("try:\n  return leak\nexcept NameError: return 'gone'"));
  expect(look).toMatchObject({ ok: true, payload: '"gone"', reused: true });
});

test("a waiting lane continues with the answers in their order", async () => {
  const outcome = await run(makeLane(), python("return [tools.call('a'), files.list('/'), http.fetch('http://x')]"));
  expect(outcome).toMatchObject({ ok: true, payload: "[1, 2, 3]", hostCalls: 3 });
});

test("several requests can precede the first answer", async () => {
  const source =
    "import os\nfor _ in range(2): os.write(0, b'?tool\\n{}')\nreturn [os.read(0, 100).hex() for _ in range(2)]";
  const calls: GuestCall[] = [];
  const lane = makeLane();
  expect(await lane.start(python(source), (call) => calls.push(call))).toBeUndefined();
  expect(calls.map(({ id, name, payload }) => [id, name, payload])).toEqual([
    [1, "tool", "{}"],
    [2, "tool", "{}"],
  ]);
  expect(await lane.answer({ id: 1, ok: true, value: "1" })).toBeUndefined();
  expect(await lane.answer({ id: 2, ok: true, value: "2" })).toMatchObject({ ok: true });
});

test.each(["stop", "abandon"] as const)(
  "an execution that waits is unwound by %s, and its lane runs the next",
  async (how) => {
    const lane = makeLane();
    const first = await run(lane, python("return 1"));
    for (let round = 0; round < 3; round += 1) {
      expect(lane.recycle()).toBe(true);
      const source = "try:\n  tools.call('x')\nfinally:\n  print('seen')\n  tools.call('y')";
      expect(await lane.start(python(source), () => {})).toBeUndefined();
      if (how === "abandon") lane.abandon();
      else
        expect(lane.stop({ kind: "denied", message: "no" })).toMatchObject({
          ok: false,
          kind: "denied",
          logs: [],
          hostCalls: 1,
        });
    }
    expect(lane.recycle()).toBe(true);
    expect(await run(lane, python("return 1"))).toMatchObject({
      ok: true,
      payload: "1",
      fuel: first.fuel,
      reused: true,
    });
  },
);

const endlessInC = `
import sys
sys.setrecursionlimit(2**31 - 1)
class Deep(dict):
  def __missing__(self, key): return self[key]
Deep()[1]`;
test.each<
  [string, Partial<Execution["limits"]>, string, { readonly kept: boolean; readonly [field: string]: unknown }]
>([
  ["fuel", { fuel: 200_000 }, "while True: pass", { kind: "fuel", fuel: 200_000, kept: false }],
  [
    "fuel in a call of the host",
    { fuel: 500_000 },
    "import os\nwhile True: os.urandom(10**5)",
    { kind: "fuel", kept: false },
  ],
  ["memory", { memoryMiB: 14 }, "bytearray(10**7)", { kind: "memory", kept: true }],
  ["memory of the interpreter", { memoryMiB: 2 }, "return 1", { kind: "memory", fuel: 0, kept: true }],
  ["a result", { outputBytes: 10 }, "return 'x' * 10", { kind: "output", kept: false }],
  ["a request", { outputBytes: 10 }, "tools.call('x' * 20)", { kind: "output", kept: false }],
  [
    "requests without an answer",
    { outputBytes: 1000 },
    "import os\nfor n in range(100): os.write(0, b'?tool\\n{}' + b' ' * 900)",
    { kind: "output", message: expect.stringContaining("more than 16000 bytes together"), kept: false },
  ],
  ["requests", { hostCalls: 0 }, "tools.call('x')", { kind: "denied", kept: false }],
  ["an exit", {}, "import os\nos._exit(0)", { kind: "guest", kept: false }],
  ["the stack of C", {}, endlessInC, { kind: "stack", kept: false }],
  ["a trap", {}, "import os\nos.abort()", { kind: "guest", kept: false }],
  ["an exception", {}, "1 / 0", { kind: "guest", message: "ZeroDivisionError: division by zero (line 1)", kept: true }],
  ["no JSON", {}, "return {1}", { kind: "notJson", kept: true }],
  ["lost digits", {}, "return 10**20", { kind: "notJson", kept: true }],
  [
    "words that are none",
    {},
    "import os\nos.write(0, b'!no json')",
    { kind: "guest", message: "The code failed.", kept: true },
  ],
  ["a forged result", {}, "import os\nos.write(0, b'=[1]')\nreturn 2", { ok: true, payload: "[1]", kept: true }],
  ["a message of no kind", {}, "import os\nos.write(0, b'%')\nreturn 2", { ok: true, payload: "2", kept: true }],
  ["the real clock", {}, "import time\nreturn time.time()", { ok: true, payload: "9.0", kept: true }],
  ["sleep", {}, "import time\ntime.sleep(1000)\nreturn time.monotonic()", { ok: true, payload: "9.0", kept: true }],
  [
    "logs",
    { logBytes: 3 },
    "print('abc')\nprint('\\u202e!')",
    { ok: true, logBytes: 3, logBytesDropped: 4, kept: true },
  ],
  ["a descriptor that is not there", {}, "import os\nos.fstat(7)", { kind: "guest", kept: true }],
  ["no result at all", {}, "import os, sys\nos.write = None", { kind: "guest", kept: true }],
])("the lane's own limits: %s", async (_name, limits, source, { kept, ...expected }) => {
  const lane = makeLane();
  const outcome = await run(lane, python(source, { clock: "real", limits: { ...defaultLimits, ...limits } }));
  expect(outcome).toMatchObject(expected);
  expect(lane.recycle()).toBe(kept);
});

test("an environment that C cannot represent is reported", async () => {
  expect(await run(makeLane(), python("return 1", { env: { A: "a\0b" } }))).toMatchObject({
    ok: false,
    kind: "guest",
    message: expect.stringMatching(/^ValueError: embedded null/),
  });
});

test("an instance that grew is restored, and one that grew a lot is discarded", async () => {
  const lane = makeLane();
  const first = await run(lane, python("x = bytearray(2 * 10**6)\nreturn len(x)"));
  expect(first.peakMemoryBytes).toBeGreaterThan(prepared.image.memory.length + 1e6);
  expect(lane.recycle()).toBe(true);
  const second = await run(lane, python("x = bytearray(2 * 10**6)\nreturn len(x)"));
  expect([second.fuel, second.peakMemoryBytes]).toEqual([first.fuel, first.peakMemoryBytes]);
  expect(lane.recycle()).toBe(true);
  await run(lane, python("bytearray(30 * 10**6)"));
  expect(lane.recycle()).toBe(false);
});

describe("WASI", () => {
  const memory = { buffer: new ArrayBuffer(65_536) } as WebAssembly.Memory;
  const written: [number, string][] = [];
  const host: Preview1Host = {
    arguments: ["a", "bc"],
    memory: () => memory,
    pay: () => {},
    now: () => 5000,
    random: randomBytes(1),
    read: () => new Uint8Array(),
    write: (stream, bytes) => written.push([stream, Buffer.from(bytes).toString()]),
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  const calls = preview1Calls(host) as Readonly<Record<string, (...values: unknown[]) => number>>;
  const view = new DataView(memory.buffer);

  test("provides arguments, an empty environment, time and random numbers", () => {
    expect([calls["args_sizes_get"]!(0, 4), view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0, 2, 5]);
    expect(calls["args_get"]!(0, 100)).toBe(0);
    expect(Buffer.from(memory.buffer, 100, 5).toString()).toBe("a\0bc\0");
    expect([calls["environ_sizes_get"]!(0, 4), view.getUint32(0, true), calls["environ_get"]!(0, 0)]).toEqual([
      0, 0, 0,
    ]);
    expect([calls["clock_time_get"]!(0, 0n, 8), view.getBigUint64(8, true)]).toEqual([0, 5_000_000_000n]);
    expect([calls["clock_res_get"]!(0, 8), view.getBigUint64(8, true)]).toEqual([0, 1_000_000n]);
    expect(calls["random_get"]!(200, 10)).toBe(0);
    expect(new Set(new Uint8Array(memory.buffer, 200, 10)).size).toBeGreaterThan(3);
    expect(() => calls["proc_exit"]!(3)).toThrow("exit 3");
  });

  test("opens three streams and no other descriptors", () => {
    for (const name of ["fd_fdstat_get", "fd_filestat_get", "fd_close"])
      expect([calls[name]!(1, 300), calls[name]!(3, 300)]).toEqual([0, 8]);
    for (const name of ["fd_seek", "fd_tell"]) expect([calls[name]!(1), calls[name]!(3)]).toEqual([70, 8]);
    expect([calls["fd_prestat_get"]!(3), calls["sched_yield"]!(), unsupported()]).toEqual([8, 0, 52]);
    view.setUint32(0, 100, true);
    view.setUint32(4, 5, true);
    expect([calls["fd_write"]!(1, 0, 1, 16), view.getUint32(16, true), written]).toEqual([0, 5, [[1, "a\0bc\0"]]]);
    expect([calls["fd_write"]!(3, 0, 1, 16), calls["fd_read"]!(1, 0, 1, 16)]).toEqual([8, 8]);
    expect([calls["fd_read"]!(0, 0, 0, 16), calls["fd_read"]!(0, 0, 1, 16)]).toEqual([0, 0]);
  });

  test("returns from waiting immediately, with a bounded number of subscriptions", () => {
    view.setBigUint64(400, 77n, true);
    view.setUint8(408, 0);
    expect([calls["poll_oneoff"]!(400, 500, 1, 16), view.getUint32(16, true), view.getBigUint64(500, true)]).toEqual([
      0,
      1,
      77n,
    ]);
    expect(calls["poll_oneoff"]!(400, 500, 5000, 16)).toBe(28);
  });
});

test("derives random bytes from the seed, whatever their number", () => {
  const draw = (seed: number, length: number): string => {
    const bytes = new Uint8Array(length);
    randomBytes(seed)(bytes);
    return Buffer.from(bytes).toString("hex");
  };
  expect(draw(1, 16)).toBe(draw(1, 16));
  expect(draw(1, 16)).not.toBe(draw(2, 16));
  expect(draw(1, 16).startsWith(draw(1, 7))).toBe(true);
});

test.each<[string, boolean]>([
  ["9007199254740991", false],
  ["9007199254740993", true],
  ['["123456789012345678"]', false],
  ["[1e300, 1234567890123456.5]", false],
  ['{"a":[-99999999999999999]}', true],
  ["1234567890123456 no json", false],
])("whether %s loses digits: %s", (text, lost) => {
  expect(losesDigits(text)).toBe(lost);
});

describe("loading", () => {
  test("returns the prepared interpreter; one that cannot start is refused", async () => {
    const { signal } = new AbortController();
    const loaded = await loadPython({ cache: { folder, required: true }, signal });
    expect(loaded).toMatchObject({ image: { turn: prepared.image.turn } });
    expect([pythonWorkers(64).lanes, pythonWorkers(2).lanes]).toEqual([8, 2]);
    const bad = join(folder, "bad");
    writeFileSync(bad, "");
    await expect(loadPython({ cache: { folder: bad, required: true }, signal })).rejects.toMatchObject({
      code: "ICE_SANDBOX_DENIED",
      message: expect.stringContaining("Python cannot start"),
      fix: expect.stringContaining("sandbox.cache"),
    });
  }, 60_000);

  test("ends when the sandbox is closed, before it begins and while in progress", async () => {
    const load = (signal: AbortSignal): Promise<unknown> => loadPython({ cache: undefined, signal });
    await expect(load(AbortSignal.abort())).rejects.toMatchObject({ code: "ICE_SANDBOX_DENIED" });
    const controller = new AbortController();
    const loading = load(controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(loading).rejects.toMatchObject({ message: expect.stringContaining("exited") });
    const sandbox = createCodeSandbox({ cache: false });
    const running = sandbox.run({ language: "python", source: "return 1" });
    await sandbox.close();
    expect(await running).toMatchObject({ ok: false, error: { kind: "cancelled" } });
  });

  test("without its package Python is refused, and the fix says what to install", async () => {
    const hide = `import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) {
        if (name === "@ice/sandbox-python") throw new Error("not installed");
        return next(name, context);
      } });`;
    const code = `
      import { createCodeSandbox, sandboxTiers } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
      const sandbox = createCodeSandbox();
      const { error } = await sandbox.run({ language: "python", source: "return 1" });
      await sandbox.close();
      console.log(JSON.stringify([error, (await sandboxTiers()).find(({ runs }) => runs === "Python")]));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--no-warnings",
      "--conditions=@ice/source",
      `--import=data:text/javascript,${encodeURIComponent(hide)}`,
      "--input-type=module",
      "--eval",
      code,
    ]);
    expect(JSON.parse(stdout)).toEqual([
      {
        kind: "denied",
        message: "Python needs the package @ice/sandbox-python.",
        fix: "install it: npm install @ice/sandbox-python",
      },
      { tier: "thread", runs: "Python", available: false, fix: "npm install @ice/sandbox-python" },
    ]);
  }, 60_000);
});
