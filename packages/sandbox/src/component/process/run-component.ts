import type { Execution, LaneOutcome, ExecutionFailure } from "../../lane/execution.ts";
import { statsOf, type ExecutionStats } from "../../lane/execution-stats.ts";
import { LogBuffer } from "../../lane/log-buffer.ts";
import { pageBytes } from "../../lane/snapshot.ts";
import { denyAllWasi, type WasiShim } from "../../lane/wasi.ts";
import type { ComponentEntry } from "../prepare-component.ts";
import type { ComponentExecution } from "./messages.ts";
import { Program } from "./program.ts";

/** The code that jco generated for a component. */
export interface ComponentModule {
  instantiate(
    getCoreModule: (name: string) => WebAssembly.Module,
    imports: Readonly<Record<string, object>>,
    instantiateCore: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => WebAssembly.Instance,
  ): { run: ((input: string) => unknown) | { run(): void } };
}

/** One component in its process. */
export interface LoadedComponent {
  readonly entry: ComponentEntry;
  readonly module: ComponentModule;
  readonly coreModules: ReadonlyMap<string, WebAssembly.Module>;
  readonly initialPages: number;
  readonly shim: WasiShim;
}

/** Runs a component once, in a fresh instance with its own meter. */
export function runComponent(
  { entry, module, coreModules, initialPages, shim }: LoadedComponent,
  { input, limits, env, clock }: ComponentExecution,
  { now, stopwatch }: { readonly now: () => number; readonly stopwatch: () => number },
): LaneOutcome {
  const started = stopwatch();
  const pages = Math.floor((limits.memoryMiB * 2 ** 20) / pageBytes) - initialPages;
  const meter = createMeter(limits.fuel, Math.max(0, pages));
  const logs = new LogBuffer(limits.logBytes);
  const end = (): ExecutionStats =>
    statsOf({
      fuel: limits.fuel,
      fuelLeft: meter.fuel.value,
      logs,
      peakMemoryBytes: (Math.max(0, pages) - meter.pages.value + initialPages) * pageBytes,
      hostCalls: 0,
      reused: false,
      runMs: stopwatch() - started,
    });
  const fail = (failure: ExecutionFailure): LaneOutcome => ({ ...end(), ok: false, ...failure });
  if (pages < 0)
    return fail({ kind: "memory", message: `The component starts with more than ${limits.memoryMiB} MiB.` });
  const { outputBytes } = limits;
  const program = entry === "command" ? new Program({ input, logs, outputBytes }) : undefined;
  try {
    const instance = module.instantiate(
      (name) => coreModules.get(name)!,
      denyAllWasi(shim, {
        env,
        now: () => (clock === "real" ? now() : clock),
        onText: (text) => logs.add("log", text),
        program: program?.streams,
      }),
      (core, imports = {}) =>
        new WebAssembly.Instance(core, { ...(program?.watchExit(imports) ?? imports), "ice-meter": meter }),
    );
    const payload = program === undefined ? call(instance.run, input) : program.run(instance.run);
    if (typeof payload !== "string")
      return fail({ kind: "guest", message: "`run` of the component does not return a string." });
    if (Buffer.byteLength(payload) > outputBytes)
      return fail({ kind: "output", message: `The result is larger than ${outputBytes} bytes (limits.outputBytes).` });
    return { ...end(), ok: true, payload };
  } catch (error) {
    program?.endLogs();
    return fail(program?.failure ?? overLimit(error, meter, limits) ?? program?.explain(error) ?? ofGuest(error));
  }
}

/** The counters of the instructions that metering added, by the names under which they are imported. */
type Meter = {
  readonly fuel: WebAssembly.Global<"i64">;
  readonly pages: WebAssembly.Global<"i32">;
  readonly refused: WebAssembly.Global<"i32">;
  readonly size: WebAssembly.Global<"i32">;
};

function createMeter(fuel: number, pages: number): Meter {
  const i32 = (value: number): WebAssembly.Global<"i32"> =>
    new WebAssembly.Global({ value: "i32", mutable: true }, value);
  return {
    fuel: new WebAssembly.Global({ value: "i64", mutable: true }, BigInt(fuel)),
    pages: i32(pages),
    refused: i32(0),
    size: i32(0),
  };
}

/** The limit that ended the component, if one did. */
function overLimit(error: unknown, meter: Meter, limits: Execution["limits"]): ExecutionFailure | undefined {
  if (meter.fuel.value < 0n)
    return { kind: "fuel", message: `The component used up its fuel of ${limits.fuel} (limits.fuel).` };
  if (error instanceof RangeError) return { kind: "stack", message: "The component nested its calls too deep." };
  if (meter.refused.value === 1)
    return { kind: "memory", message: `The component needed more than ${limits.memoryMiB} MiB (limits.memoryMiB).` };
  return undefined;
}

/** The error of `result<string, string>` is thrown unchanged. */
const ofGuest = (error: unknown): ExecutionFailure => ({
  kind: "guest",
  message: typeof error === "string" ? error.slice(0, 4096) : "The component trapped.",
});

function call(run: unknown, input: string): unknown {
  if (typeof run !== "function") throw new Error("the component has no function `run`");
  return run(input);
}
