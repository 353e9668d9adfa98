import { pageBytes } from "../lane/snapshot.ts";
import { preview1Calls, unsupported, type Preview1Host } from "./preview1.ts";

/** The interpreter, metered, as it is compiled. */
export interface InterpreterModule {
  readonly module: WebAssembly.Module;
  /** Pages that its memory has from the start. */
  readonly initialPages: number;
}

/** The interpreter right after its start; every execution begins with it. */
export interface InterpreterImage {
  readonly memory: Uint8Array;
  /** Values of its mutable globals, all i32. */
  readonly globals: readonly number[];
  /** Addresses of the function that a turn calls, and of a tuple without items. */
  readonly turn: readonly [target: number, noArguments: number];
}

/** The interpreter and its state after the start: what executions are made from. */
export interface PreparedInterpreter extends InterpreterModule {
  readonly image: InterpreterImage;
}

/** What the host does for an instance; the memory is known once it is there. */
export type InstanceHost = Omit<Preview1Host, "memory" | "pay">;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly table: { get(index: number): (...values: number[]) => number };
  _start(): void;
}

/** Fuel of a call of the host that handles bytes, besides one for every byte: such a call takes about a microsecond. */
const fuelPerCall = 100;

/** The calls that may wait for the host. */
const suspending: ReadonlySet<string> = new Set(["fd_read"]);

/** Growth beyond which an instance is discarded, in pages: 16 MiB. */
const maxGrowthPages = 256;

/** Offsets in objects of CPython for 32 bits: `ob_type` of an object, `tp_call` of a type (cpython/object.h). */
const typeOffset = 4;
const callOffset = 64;

/** Thrown out of the guest when its fuel ends in a call of the host. */
class OutOfFuel extends Error {}

/** One instance of the interpreter with a meter of its own. */
export class InterpreterInstance {
  readonly meter;
  readonly #exports: Exports;
  readonly #globals: readonly WebAssembly.Global<"i32">[];

  constructor({ module, initialPages }: InterpreterModule, host: InstanceHost) {
    const i32 = (value: number): WebAssembly.Global<"i32"> =>
      new WebAssembly.Global({ value: "i32", mutable: true }, value);
    this.meter = {
      fuel: new WebAssembly.Global<"i64">({ value: "i64", mutable: true }, 0n),
      pages: i32(0),
      refused: i32(0),
      size: i32(initialPages),
    };
    const calls = preview1Calls({
      ...host,
      memory: () => this.#exports.memory,
      pay: (bytes) => {
        this.meter.fuel.value -= BigInt(fuelPerCall + bytes);
        if (this.meter.fuel.value < 0n) throw new OutOfFuel();
      },
    });
    const wasi = Object.fromEntries(
      WebAssembly.Module.imports(module)
        .filter((wanted) => wanted.module === "wasi_snapshot_preview1")
        .map(({ name }) => {
          const call = calls[name] ?? unsupported;
          return [name, suspending.has(name) ? new WebAssembly.Suspending(call) : call] as const;
        }),
    );
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: wasi,
      "ice-meter": { ...this.meter },
    });
    this.#exports = exports as unknown as Exports;
    this.#globals = Object.entries(exports)
      .filter(([name]) => name.startsWith("ice-meter:"))
      .map(([, global]) => global as WebAssembly.Global<"i32">);
  }

  /** Whether C has used up its stack: it lies at the bottom of memory and grows down, and a trap leaves its pointer as it is. */
  get isOutOfStack(): boolean {
    return this.#globals.some(({ value }) => value < 0);
  }

  /** Runs the program from its entry until it ends itself. */
  start(): Promise<void> {
    return WebAssembly.promising(this.#exports["_start"])();
  }

  /** Calls the function of the image, as `callable()` would. */
  async turn({ turn: [target, noArguments] }: InterpreterImage): Promise<void> {
    const memory = new DataView(this.#exports.memory.buffer);
    const call = memory.getUint32(memory.getUint32(target + typeOffset, true) + callOffset, true);
    await WebAssembly.promising(this.#exports.table.get(call))(target, noArguments, 0);
  }

  takeImage(turn: InterpreterImage["turn"]): InterpreterImage {
    return {
      memory: new Uint8Array(this.#exports.memory.buffer, 0, this.meter.size.value * pageBytes).slice(),
      globals: this.#globals.map((global) => global.value),
      turn,
    };
  }

  /** Resets the instance to an image. Returns false if it has grown so much that a new one is cheaper. */
  restore(image: InterpreterImage): boolean {
    const { memory } = this.#exports;
    const pages = image.memory.length / pageBytes;
    if (memory.buffer.byteLength / pageBytes > pages + maxGrowthPages) return false;
    const missing = pages - memory.buffer.byteLength / pageBytes;
    if (missing > 0) memory.grow(missing);
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(image.memory);
    bytes.fill(0, image.memory.length, this.meter.size.value * pageBytes);
    for (const [index, global] of this.#globals.entries()) global.value = image.globals[index]!;
    this.meter.size.value = pages;
    return true;
  }
}
