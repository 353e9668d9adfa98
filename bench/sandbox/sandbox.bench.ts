/**
 * One execution of `return input.a + input.b` in each way, side by side: rounds alternate, results are checked, the median of
 * the rounds is printed as JSON. `node --conditions=@ice/source bench/sandbox/sandbox.bench.ts [rounds]`, after `npm install`
 * in this folder; a peer that is not installed is left out.
 */
import { availableParallelism } from "node:os";
import { readFile, readdir } from "node:fs/promises";
import { createContext, runInContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { createCodeSandbox } from "../../packages/sandbox/src/index.ts";
import type { Execution } from "../../packages/sandbox/src/lane/execution.ts";
import type { GuestModule } from "../../packages/sandbox/src/lane/guest-module.ts";
import { Lane } from "../../packages/sandbox/src/lane/lane.ts";
import { loadWasiShim } from "../../packages/sandbox/src/lane/wasi.ts";
import { defaultLimits } from "../../packages/sandbox/src/limits.ts";

const rounds = Number(process.argv[2] ?? 7);
const source = "return input.a + input.b;";
const input = { a: 2, b: 3 };
const program = `((input) => { ${source} })(${JSON.stringify(input)})`;

interface Way {
  readonly name: string;
  readonly times: number;
  readonly run: () => Promise<unknown>;
}

const lane = await makeLane();
const sandbox = createCodeSandbox({ workers: 1 });
const request = { language: "javascript", source, input } as const;
const coldStart = performance.now();
await sandbox.run(request);
const coldStartMs = performance.now() - coldStart;

const ways: Way[] = [
  { name: "ice lane, restored", times: 2000, run: runLane },
  {
    name: "ice, through the pool",
    times: 1000,
    run: async () => {
      const result = await sandbox.run(request);
      return result.ok ? result.output : result.error;
    },
  },
  {
    name: "node:vm, fresh context (no sandbox)",
    times: 200,
    run: async () => runInContext(program, createContext({})) as unknown,
  },
  { name: "worker thread, fresh", times: 8, run: runWorker },
  ...(await quickJs()),
  ...(await isolatedVm()),
];

const medians: Record<string, number> = {};
const samples = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
for (let round = 0; round <= rounds; round += 1)
  for (const { name, times, run } of ways) {
    const started = performance.now();
    for (let time = 0; time < times; time += 1)
      if ((await run()) !== 5) throw new Error(`${name} computes something else`);
    if (round > 0) samples.get(name)!.push((performance.now() - started) / times); // the first round warms up
  }
for (const [name, values] of samples) medians[name] = round3(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);

const all = createCodeSandbox();
await Promise.all(Array.from({ length: 500 }, () => all.run(request)));
const many = 10_000;
const throughputStart = performance.now();
await Promise.all(Array.from({ length: many }, () => all.run(request)));
const perSecond = Math.round((many / (performance.now() - throughputStart)) * 1000);
await all.close();
await sandbox.close();
console.log(
  JSON.stringify(
    {
      node: process.version,
      cores: availableParallelism(),
      rounds,
      msPerExecution: medians,
      coldStartMs: round3(coldStartMs),
      executionsPerSecond: perSecond,
    },
    undefined,
    2,
  ),
);

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function makeLane(): Promise<Lane> {
  const prebuilt = new URL("../../packages/sandbox/prebuilt/", import.meta.url);
  const names = (await readdir(prebuilt)).filter((name) => name.endsWith(".wasm"));
  const compiled = names.map(
    async (name) => [name, await WebAssembly.compile(await readFile(new URL(name, prebuilt)))] as const,
  );
  const shim = new URL(
    "../../packages/sandbox/node_modules/@bytecodealliance/preview2-shim/dist/nodejs/index.js",
    import.meta.url,
  );
  const parts = {
    guestModule: (await import(new URL("guest.js", prebuilt).href)) as GuestModule,
    coreModules: new Map(await Promise.all(compiled)),
    shim: await loadWasiShim(shim.href),
  };
  return Lane.create(parts, Date.now);
}

async function runLane(): Promise<unknown> {
  const execution: Execution = {
    language: "javascript",
    source,
    input: JSON.stringify(input),
    env: {},
    seed: 0,
    clock: 0,
    limits: defaultLimits,
  };
  const outcome = await lane.start(execution, () => {});
  lane.recycle();
  return outcome?.ok ? JSON.parse(outcome.payload) : outcome;
}

function runWorker(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(`require("node:worker_threads").parentPort.postMessage(${program})`, { eval: true });
    worker.once("message", resolve).once("error", reject);
  });
}

async function quickJs(): Promise<Way[]> {
  const module = await import("quickjs-emscripten").catch(() => undefined);
  if (module === undefined) return [];
  const quickJs = await module.getQuickJS();
  const evaluate = (context: ReturnType<typeof quickJs.newContext>): unknown => {
    const handle = context.unwrapResult(context.evalCode(program));
    const value: unknown = context.dump(handle);
    handle.dispose();
    context.dispose();
    return value;
  };
  return [
    { name: "quickjs-emscripten, fresh context", times: 500, run: async () => evaluate(quickJs.newContext()) },
    {
      name: "quickjs-emscripten, fresh module",
      times: 20,
      run: async () => evaluate((await module.newQuickJSWASMModule()).newContext()),
    },
  ];
}

async function isolatedVm(): Promise<Way[]> {
  const module = await import("isolated-vm").catch(() => undefined);
  if (module === undefined) return [];
  return [
    {
      name: "isolated-vm, fresh isolate",
      times: 20,
      run: async () => {
        const isolate = new module.default.Isolate({ memoryLimit: 64 });
        const context = await isolate.createContext();
        const value: unknown = await context.eval(program, { timeout: 1000 });
        isolate.dispose();
        return value;
      },
    },
  ];
}
