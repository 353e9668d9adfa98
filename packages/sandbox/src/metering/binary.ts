import { IceError } from "@ice/core";

/** Reads a WebAssembly binary front to back. Every read is checked against the end. */
export class BinaryReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw malformed("it ends too early");
    return this.bytes[this.at++]!;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw malformed("a number is too long");
  }

  /** Skips a LEB128 of at most `bits` bits. */
  skipLeb(bits: number): void {
    for (let read = 0; read < Math.ceil(bits / 7); read += 1) if (this.byte() < 0x80) return;
    throw malformed("a number is too long");
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw malformed("it ends too early");
    this.at += length;
  }

  slice(length: number): Uint8Array {
    const start = this.at;
    this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  /** Checks that everything has been read. */
  expectEnd(): void {
    if (!this.done) throw malformed("a section is longer than its content");
  }

  /** A name: length and UTF-8. */
  name(): string {
    const bytes = this.slice(this.u32());
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw malformed("a name is not UTF-8");
    }
  }
}

/** Collects bytes; grows by doubling. */
export class BinaryWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  raw(bytes: Uint8Array | readonly number[]): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).raw(bytes);
  }

  /** The written bytes, without a copy; nothing may be written afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The bytes are not a WebAssembly module, or one with features that the sandbox does not allow. */
export function malformed(what: string): IceError {
  return new IceError("ICE_SANDBOX_DENIED", `The WebAssembly module is refused: ${what}.`, {
    fix: "compile it for wasm32 without threads, memory64, exceptions and garbage collection",
  });
}
