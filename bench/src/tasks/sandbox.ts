import { readdir, readFile } from "node:fs/promises";
import { createContext, runInContext } from "node:vm";
import { Worker } from "node:worker_threads";
import type { Json } from "@ice/core";
import ivm from "isolated-vm";
import { getQuickJS, newQuickJSWASMModule, type QuickJSContext } from "quickjs-emscripten";
import { createCodeSandbox } from "../../../packages/sandbox/src/index.ts";
import type { GuestModule } from "../../../packages/sandbox/src/lane/guest-module.ts";
import { Lane } from "../../../packages/sandbox/src/lane/lane.ts";
import { loadWasiShim } from "../../../packages/sandbox/src/lane/wasi.ts";
import { defaultLimits } from "../../../packages/sandbox/src/pool/limits.ts";
import { prebuilt, shimEntry } from "./sandbox-parts.ts";

const source = "return input.a + input.b;";
const input = { a: 2, b: 3 };
const program = `((input) => { ${source} })(${JSON.stringify(input)})`;
const request = { language: "javascript", source, input } as const;

/** One execution with each alternative, and the number of repetitions per round. */
const ways = {
  lane: 1000,
  pool: 500,
  "quickjs-emscripten, fresh context": 500,
  "quickjs-emscripten, fresh module": 20,
  "isolated-vm, fresh isolate": 20,
  "node:vm, fresh context": 200,
  "worker thread, fresh": 8,
} as const;
export type SandboxWay = keyof typeof ways;

export interface SandboxFigures {
  /** Milliseconds per execution, of each round. */
  readonly ms: Record<SandboxWay, readonly number[]>;
  /** Executions per second of processor time of all threads, with the pool busy, of each round. */
  readonly perCpuSecond: readonly number[];
  /** Executions per second by the clock. */
  readonly perSecond: readonly number[];
  /** Of an execution that waits for the host. */
  readonly bytesPerLane: number;
}

/** `return input.a + input.b` with every alternative, in turns; then as many as the pool can run; then as many as can wait. */
export async function measureSandbox({ rounds }: { readonly rounds: number }): Promise<SandboxFigures> {
  const bytesPerLane = await measureLanes();
  const lane = await makeLane();
  const sandbox = createCodeSandbox({ workers: 1 });
  const quickJs = await getQuickJS();
  const evaluate = (context: QuickJSContext): unknown => {
    const handle = context.unwrapResult(context.evalCode(program));
    const value: unknown = context.dump(handle);
    handle.dispose();
    context.dispose();
    return value;
  };
  const run: Record<SandboxWay, () => unknown> = {
    lane: () => runLane(lane),
    pool: async () => {
      const result = await sandbox.run(request);
      return result.ok ? result.output : result.error;
    },
    "quickjs-emscripten, fresh context": () => evaluate(quickJs.newContext()),
    "quickjs-emscripten, fresh module": async () => evaluate((await newQuickJSWASMModule()).newContext()),
    "isolated-vm, fresh isolate": runIsolate,
    "node:vm, fresh context": () => runInContext(program, createContext({})),
    "worker thread, fresh": runWorker,
  };
  const names = Object.keys(ways) as SandboxWay[];
  const ms = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<SandboxWay, number[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const started = performance.now();
      for (let time = 0; time < ways[name]; time += 1)
        if ((await run[name]()) !== 5) throw new Error(`${name} computes something else`);
      if (round > 0) ms[name].push((performance.now() - started) / ways[name]); // the first round warms up
    }
  await sandbox.close();
  return { ms, bytesPerLane, ...(await measureBusy(rounds)) };
}

async function measureBusy(rounds: number): Promise<Pick<SandboxFigures, "perCpuSecond" | "perSecond">> {
  const sandbox = createCodeSandbox();
  const many = 5000;
  const figures = { perCpuSecond: [] as number[], perSecond: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await Promise.all(Array.from({ length: many }, () => sandbox.run(request)));
    const { user, system } = process.cpuUsage(cpu);
    if (round === 0) continue;
    figures.perCpuSecond.push((many * 1e6) / (user + system));
    figures.perSecond.push((many * 1000) / (performance.now() - started));
  }
  await sandbox.close();
  return figures;
}

/** Growth of the process per waiting execution, from the tenth to the sixtieth. */
async function measureLanes(): Promise<number> {
  const sandbox = createCodeSandbox({ workers: 1, lanes: 64 });
  const release = Promise.withResolvers<Json>();
  const waiting: Promise<unknown>[] = [];
  const hold = async (count: number): Promise<void> => {
    while (waiting.length < count)
      await new Promise<void>((resolve) => {
        const callTool = (): Promise<Json> => {
          resolve();
          return release.promise;
        };
        const grants = { tools: ["hold"] };
        waiting.push(sandbox.run({ language: "javascript", source: "await tools.call('hold');", grants, callTool }));
      });
  };
  await hold(10);
  const before = process.memoryUsage.rss();
  await hold(60);
  const bytes = (process.memoryUsage.rss() - before) / 50;
  release.resolve(null);
  await Promise.all(waiting);
  await sandbox.close();
  return bytes;
}

async function makeLane(): Promise<Lane> {
  const names = (await readdir(prebuilt)).filter((name) => name.endsWith(".wasm"));
  const compiled = names.map(
    async (name) => [name, await WebAssembly.compile(await readFile(new URL(name, prebuilt)))] as const,
  );
  const parts = {
    guestModule: (await import(new URL("guest.js", prebuilt).href)) as GuestModule,
    coreModules: new Map(await Promise.all(compiled)),
    shim: await loadWasiShim(shimEntry),
  };
  return Lane.create(parts, Date.now);
}

async function runLane(lane: Lane): Promise<unknown> {
  const settings = { env: {}, seed: 0, clock: 0, limits: defaultLimits };
  const outcome = await lane.start(
    { language: "javascript", source, input: JSON.stringify(input), ...settings },
    () => {},
  );
  lane.recycle();
  return outcome?.ok ? JSON.parse(outcome.payload) : outcome;
}

async function runIsolate(): Promise<unknown> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  const context = await isolate.createContext();
  const value: unknown = await context.eval(program, { timeout: 1000 });
  isolate.dispose();
  return value;
}

function runWorker(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(`require("node:worker_threads").parentPort.postMessage(${program})`, { eval: true });
    worker.once("message", resolve).once("error", reject);
  });
}
