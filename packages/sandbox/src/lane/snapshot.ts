/** Growth beyond which an instance is discarded, in pages of 64 KiB: 4 MiB. */
const maxGrowthPages = 64;
export const pageBytes = 65_536;

/** The state of an instance right after its start: memory and mutable globals. */
export class Snapshot {
  readonly #memory: WebAssembly.Memory;
  /** Bytes at the start of the memory that are zero, in whole pages: most of the stack. */
  readonly #zeros: number;
  /** The bytes after them. */
  readonly #image: Uint8Array;
  readonly #globals: readonly { readonly global: WebAssembly.Global; readonly value: number | bigint }[];
  readonly #size: WebAssembly.Global<"i32">;
  /** Pages that are visible to the guest at the start. */
  readonly pages: number;

  /** @param size - the meter's global with the number of pages visible to the guest. */
  constructor(memory: WebAssembly.Memory, globals: readonly WebAssembly.Global[], size: WebAssembly.Global<"i32">) {
    this.#memory = memory;
    this.#size = size;
    this.pages = size.value;
    const bytes = new Uint8Array(memory.buffer, 0, this.pages * pageBytes);
    this.#zeros = leadingZeros(bytes);
    this.#image = bytes.slice(this.#zeros);
    this.#globals = globals.map((global) => ({ global, value: global.value }));
  }

  /** Resets the instance to its initial state. Returns false if it has grown so much that a new one is cheaper. */
  restore(): boolean {
    if (this.#memory.buffer.byteLength / pageBytes > this.pages + maxGrowthPages) return false;
    const memory = new Uint8Array(this.#memory.buffer);
    // Writing zeros touches half as much memory as copying them.
    memory.fill(0, 0, this.#zeros);
    memory.set(this.#image, this.#zeros);
    memory.fill(0, this.pages * pageBytes, this.#size.value * pageBytes);
    for (const { global, value } of this.#globals) global.value = value;
    this.#size.value = this.pages;
    return true;
  }
}

/** In whole pages. */
function leadingZeros(bytes: Uint8Array): number {
  const zeros = Buffer.alloc(pageBytes);
  let at = 0;
  while (at < bytes.length && zeros.equals(bytes.subarray(at, at + pageBytes))) at += pageBytes;
  return at;
}
