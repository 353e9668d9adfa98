import { buildEngine } from "../../../packages/sandbox/guest/engine.ts";
import type { GuestModule } from "../../../packages/sandbox/src/lane/guest-module.ts";
import { instantiateMetered } from "../../../packages/sandbox/src/lane/metered-instance.ts";
import { denyAllWasi, loadWasiShim, type WasiShim } from "../../../packages/sandbox/src/lane/wasi.ts";
import { meterModule } from "../../../packages/sandbox/src/metering/meter-module.ts";
import { prebuilt, shimEntry } from "./sandbox-parts.ts";
import { guestPrograms, type GuestProgram } from "./guest-programs.ts";

export interface FuelFigures {
  readonly program: GuestProgram;
  /** Processor time with metering ÷ processor time without, of each round. */
  readonly ratios: readonly number[];
  /** Nanoseconds per unit of fuel, of each round. */
  readonly nsPerUnit: readonly number[];
}

/** The cost of counting fuel: the same build of the engine with and without it, alternately, with programs that only compute. */
export async function measureFuel({ rounds }: { readonly rounds: number }): Promise<FuelFigures[]> {
  const guestModule = (await import(new URL("guest.js", prebuilt).href)) as GuestModule;
  const shim = await loadWasiShim(shimEntry);
  const bytes = [...(await buildEngine())].filter(([name]) => name.endsWith(".wasm"));
  const compile = (change: (module: Uint8Array) => Uint8Array): ReadonlyMap<string, WebAssembly.Module> =>
    new Map(bytes.map(([name, module]) => [name, new WebAssembly.Module(change(module))] as const));
  const plain = new Engine(
    guestModule,
    compile((module) => module),
    shim,
  );
  const metered = new Engine(
    guestModule,
    compile((module) => meterModule(module, { restorable: true }).bytes),
    shim,
  );
  const programs = Object.entries(guestPrograms) as [GuestProgram, string][];
  for (const [, source] of programs) await timeBoth(source);

  async function timeBoth(source: string, meteredFirst = false): Promise<{ ratio: number; nsPerUnit: number }> {
    const first = await (meteredFirst ? metered : plain).run(source);
    const second = await (meteredFirst ? plain : metered).run(source);
    if (first.result !== second.result) throw new Error("the engines compute different things");
    const [with_, without] = meteredFirst ? [first, second] : [second, first];
    return { ratio: with_.ms / without.ms, nsPerUnit: (with_.ms * 1e6) / with_.fuel };
  }

  const figures: FuelFigures[] = [];
  for (const [program, source] of programs) {
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) pairs.push(await timeBoth(source, round % 2 === 1));
    figures.push({
      program,
      ratios: pairs.map(({ ratio }) => ratio),
      nsPerUnit: pairs.map(({ nsPerUnit }) => nsPerUnit),
    });
  }
  return figures;
}

/** An instance of the engine without a lane around it. */
class Engine {
  readonly #instance: ReturnType<typeof instantiateMetered>;
  #settled: readonly [ok: boolean, payload: string] = [false, "it did not settle"];

  constructor(guestModule: GuestModule, modules: ReadonlyMap<string, WebAssembly.Module>, shim: WasiShim) {
    const imports = {
      ...denyAllWasi(shim, { now: () => 0, onText: () => {} }),
      "ice:guest/host": {
        call: () => {},
        settle: (ok: boolean, payload: string) => {
          this.#settled = [ok, payload];
        },
        log: () => {},
      },
    };
    this.#instance = instantiateMetered(guestModule, modules, imports, () => {
      throw new Error("no program of the benchmark imports a module");
    });
  }

  /** Repeats it until the processor clock, whose resolution is some milliseconds, can measure it. */
  async run(source: string): Promise<{ readonly ms: number; readonly fuel: number; readonly result: string }> {
    const { guest, meter } = this.#instance;
    meter.fuel.value = maxFuel;
    const started = process.threadCpuUsage();
    let ms = 0;
    let runs = 0;
    for (; ms < minMs; runs += 1) {
      await guest.turn(JSON.stringify({ start: { source, input: null, env: {}, seed: 0 } }));
      const { user, system } = process.threadCpuUsage(started);
      ms = (user + system) / 1000;
    }
    const [ok, result] = this.#settled;
    if (!ok) throw new Error(result);
    return { ms: ms / runs, fuel: Number(maxFuel - meter.fuel.value) / runs, result };
  }
}

/** Processor time of one measurement, in milliseconds. */
const minMs = 200;
const maxFuel = 1n << 50n;
