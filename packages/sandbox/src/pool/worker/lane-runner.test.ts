import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { executionOf } from "../../../test/run-code.ts";
import type { Execution } from "../../lane/execution.ts";
import type { GuestModule } from "../../lane/guest-module.ts";
import { Lane, type LaneParts } from "../../lane/lane.ts";
import { loadWasiShim } from "../../lane/wasi.ts";
import { defaultLimits } from "../limits.ts";
import type { FromWorker } from "../messages.ts";
import { LaneRunner } from "./lane-runner.ts";

// What a worker does, without a thread: the same lanes, with a clock that the test holds.
let parts: LaneParts;
beforeAll(async () => {
  const prebuilt = new URL("../../../prebuilt/", import.meta.url);
  const modules = readdirSync(prebuilt).filter((name) => name.endsWith(".wasm"));
  const shim = createRequire(import.meta.url).resolve("@bytecodealliance/preview2-shim");
  parts = {
    guestModule: (await import(/* @vite-ignore */ new URL("guest.js", prebuilt).href)) as GuestModule,
    coreModules: new Map(
      modules.map((name) => [name, new WebAssembly.Module(readFileSync(new URL(name, prebuilt)))] as const),
    ),
    shim: await loadWasiShim(pathToFileURL(shim).href),
  };
});

const js = (source: string, more: Partial<Execution> = {}): Execution => executionOf("javascript", source, more);

/** A runner whose messages are kept, and a way to wait for the next one of a kind. */
function startRunner({ lanes = 4 }: { lanes?: number } = {}) {
  const messages: FromWorker[] = [];
  const waiters = new Set<() => void>();
  const watch = new BigInt64Array(new SharedArrayBuffer(24));
  const claims = new BigInt64Array(new SharedArrayBuffer(8 * 16));
  let now = 1000;
  const runner = new LaneRunner({
    createLane: () => Lane.create(parts, () => now),
    watch,
    claims,
    lanes,
    now: () => now,
    stopwatch: () => (now += 5),
    post: (message) => {
      messages.push(message);
      for (const wake of waiters) wake();
    },
  });
  const next = async (type: FromWorker["type"], job: number): Promise<FromWorker> => {
    for (;;) {
      const found = messages.find((message) => message.type === type && message.job === job);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiters.add(resolve));
    }
  };
  /** Hands an execution over as the pool does. */
  const run = (job: number, execution: Execution): void => {
    Atomics.store(claims, job, BigInt(job));
    runner.receive({ type: "run", job, slot: job, execution });
  };
  return { runner, run, messages, next, watch, claims };
}

test("an execution without host calls takes one turn and one message", async () => {
  const { run, messages, next, watch } = startRunner();
  run(1, js("return [Date.now(), env];", { env: { A: "1" }, clock: 77 }));
  expect(await next("ended", 1)).toMatchObject({
    outcome: { ok: true, payload: '[77,{"A":"1"}]', runMs: 5, reused: false, hostCalls: 0 },
  });
  expect(messages.length).toBe(1);
  expect(Atomics.load(watch, 0)).toBe(0n);
});

test("the pool can see whose turn it is and until when", async () => {
  const { runner, run, next, watch } = startRunner();
  let seen: bigint[] = [];
  const calls: FromWorker[] = [];
  const execution = js("await tools.call('look'); return 1;", { limits: { ...defaultLimits, wallMs: 300 } });
  run(9, execution);
  calls.push(await next("call", 9));
  seen = [Atomics.load(watch, 1)];
  await next("waits", 9);
  expect(Atomics.load(watch, 0)).toBe(0n);
  expect(seen).toEqual([1305n]);
  expect(calls).toMatchObject([{ call: { id: 1, name: "tool", payload: '{"name":"look","args":{}}' } }]);
  runner.receive({ type: "answer", job: 9, answer: { id: 1, ok: true, value: "null" } });
  expect(await next("ended", 9)).toMatchObject({ outcome: { ok: true, payload: "1", runMs: 10, hostCalls: 1 } });
});

test("lanes are reused with nothing left behind; one that trapped is not", async () => {
  const { run: start, next } = startRunner();
  const run = async (job: number, source: string): Promise<FromWorker> => {
    start(job, js(source, { limits: { ...defaultLimits, fuel: 50_000 } }));
    return next("ended", job);
  };
  expect(await run(1, "globalThis.left = 1; return typeof left;")).toMatchObject({ outcome: { payload: '"number"' } });
  expect(await run(2, "return typeof left;")).toMatchObject({ outcome: { payload: '"undefined"', reused: true } });
  expect(await run(3, "for (;;) {}")).toMatchObject({ outcome: { ok: false, kind: "fuel", fuel: 50_000 } });
  expect(await run(4, "return 1;")).toMatchObject({ outcome: { ok: true, reused: false } });
  expect(await run(5, "const f = () => 1 + f(); return f();")).toMatchObject({ outcome: { ok: false } });
});

test("a waiting execution is stopped or abandoned, and its lane serves the next", async () => {
  const { runner, run, next, messages } = startRunner();
  const wait = js("await tools.call('x');");
  run(1, wait);
  await next("waits", 1);
  runner.receive({ type: "stop", job: 1, failure: { kind: "denied", message: "no" } });
  expect(await next("ended", 1)).toMatchObject({ outcome: { ok: false, kind: "denied", message: "no", hostCalls: 1 } });
  run(2, wait);
  await next("waits", 2);
  runner.receive({ type: "cancel", job: 2 });
  runner.receive({ type: "answer", job: 2, answer: { id: 1, ok: true, value: "1" } });
  run(3, js("return 3;"));
  expect(await next("ended", 3)).toMatchObject({ outcome: { payload: "3", reused: true } });
  expect(messages.some(({ type, job }) => type === "ended" && job === 2)).toBe(false);
});

test("an execution that the pool took back, or cancelled while it waited for its answer, gets no turn", async () => {
  const { runner, run, next, messages, claims } = startRunner();
  runner.receive({ type: "run", job: 1, slot: 1, execution: js("return 1;") });
  run(2, js("await tools.call('x'); for (;;) {}"));
  await next("waits", 2);
  Atomics.store(claims, 2, -2n);
  runner.receive({ type: "answer", job: 2, answer: { id: 1, ok: true, value: "1" } });
  await next("gone", 2);
  run(3, js("return 3;"));
  expect(await next("ended", 3)).toMatchObject({ outcome: { payload: "3" } });
  expect(messages.filter(({ type }) => type === "ended").map(({ job }) => job)).toEqual([3]);
});

test("TypeScript types are stripped before the turn, within the same time limit", async () => {
  const { run, next } = startRunner();
  run(1, js("const n: number = 2; return n;", { language: "typescript" }));
  expect(await next("ended", 1)).toMatchObject({ outcome: { ok: true, payload: "2" } });
  run(2, js("const n: = 2;", { language: "typescript" }));
  expect(await next("ended", 2)).toMatchObject({
    outcome: { ok: false, kind: "guest", message: expect.stringContaining("TypeScript"), fuel: 0 },
  });
});

test.each<[string, Partial<Execution["limits"]>, string, object]>([
  ["memory", { memoryMiB: 3 }, "return new Uint8Array(4e6);", { kind: "memory" }],
  ["memory of the engine", { memoryMiB: 1 }, "return 1;", { kind: "memory" }],
  ["a result", { outputBytes: 10 }, "return 'x'.repeat(10);", { kind: "output" }],
  ["a request", { outputBytes: 10 }, "await tools.call('x'.repeat(20));", { kind: "output" }],
  ["requests", { hostCalls: 0 }, "await tools.call('x');", { kind: "denied" }],
  ["waiting for nothing", {}, "await new Promise(() => {});", { kind: "guest" }],
  ["not JSON", {}, "return 1n;", { kind: "notJson" }],
  ["thrown", {}, "throw new Error('x');", { kind: "guest", message: "x (line 1)" }],
  [
    "thrown garbage",
    {},
    "(await import('ice:guest/host@1.0.0')).settle(false, '{');",
    { message: "The code threw an error." },
  ],
  [
    "log",
    { logBytes: 3 },
    "console.log('abc'); console.log('\\u001b[0m\\u202e!');",
    { logBytes: 3, logBytesDropped: 8 },
  ],
])("the lane's own limits: %s", async (_name, limits, source, outcome) => {
  const { run, next } = startRunner({ lanes: 0 });
  run(1, js(source, { limits: { ...defaultLimits, ...limits } }));
  expect(await next("ended", 1)).toMatchObject({ outcome });
});
