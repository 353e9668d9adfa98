import type { GuestInstance, GuestModule } from "./guest-module.ts";
import { Snapshot } from "./snapshot.ts";

/** The meter's counters, shared by the core modules of one instance. */
interface Meter {
  readonly fuel: WebAssembly.Global<"i64">;
  readonly pages: WebAssembly.Global<"i32">;
  readonly refused: WebAssembly.Global<"i32">;
  readonly size: WebAssembly.Global<"i32">;
}

/** An instance of the component whose core modules share one meter, and which can be reset to its initial state. */
export interface MeteredInstance {
  readonly guest: GuestInstance;
  readonly meter: Meter;
  /** Whether the guest's stack has overflowed: it is at the start of memory and grows down. */
  hasNoStackLeft(): boolean;
  /** Called when the instance is in the state in which every execution starts. */
  takeSnapshot(): Snapshot;
}

/** Fuel and pages for the start of the engine itself. */
const startFuel = 1_000_000_000n;
const startPages = 1024;

/**
 * The part that resolves modules while the engine is built. Afterwards it only traps, without a reason; its first function that is
 * called, when code imports a module, allocates space for its name.
 */
const moduleLoader = { names: "cm32p2|local:init/module-loader|resolve", room: "cm32p2_realloc" };

/** @param onImport - called when code imports a module that is not part of the engine; throws, which ends the execution. */
export function instantiateMetered(
  guestModule: GuestModule,
  coreModules: ReadonlyMap<string, WebAssembly.Module>,
  imports: Readonly<Record<string, object>>,
  onImport: () => never,
): MeteredInstance {
  const i32 = (value: number): WebAssembly.Global<"i32"> =>
    new WebAssembly.Global({ value: "i32", mutable: true }, value);
  const meter: Meter = {
    fuel: new WebAssembly.Global({ value: "i64", mutable: true }, startFuel),
    pages: i32(startPages),
    refused: i32(0),
    size: i32(0),
  };
  const globals: WebAssembly.Global[] = [];
  let memory: WebAssembly.Memory | undefined;
  let stackPointer: WebAssembly.Global<"i32"> | undefined;
  const guest = guestModule.instantiate(
    (name) => coreModules.get(name)!,
    imports,
    (module, moduleImports = {}) => {
      const instance = new WebAssembly.Instance(module, { ...moduleImports, "ice-meter": { ...meter } });
      for (const [name, value] of Object.entries(instance.exports))
        if (name.startsWith("ice-meter:")) globals.push(value as WebAssembly.Global);
        else if (name === "__stack_pointer") stackPointer = value as WebAssembly.Global<"i32">;
        else if (name === "memory" && memory === undefined) {
          memory = value as WebAssembly.Memory;
          meter.size.value = memory.buffer.byteLength / 65_536;
        }
      if (!(moduleLoader.names in instance.exports)) return instance;
      return { exports: { ...instance.exports, [moduleLoader.names]: onImport, [moduleLoader.room]: onImport } };
    },
  );
  return {
    guest,
    meter,
    hasNoStackLeft: () => stackPointer !== undefined && stackPointer.value < 0,
    takeSnapshot: () => new Snapshot(memory!, globals, meter.size),
  };
}
