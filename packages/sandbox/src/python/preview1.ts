/**
 * WASI preview 1 as the interpreter finds it: standard streams, a clock, random numbers, and nothing else. No file, folder or
 * socket of the host exists; what is not here answers that it does not.
 *
 * https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */

/** What stands behind the calls. */
export interface Preview1Host {
  readonly arguments: readonly string[];
  /** Memory of the instance; its buffer changes when it grows. */
  memory(): WebAssembly.Memory;
  /** Pays for a call that handles so many bytes. @throws when the fuel is used up. */
  pay(bytes: number): void;
  /** Epoch milliseconds. */
  now(): number;
  /** Fills with random bytes. */
  random(bytes: Uint8Array): void;
  /** At most `length` bytes of input; none at its end. A promise when there is none yet. */
  read(length: number): Uint8Array | Promise<Uint8Array>;
  /** What was written to a stream: 0 messages, 1 output, 2 errors. */
  write(stream: number, bytes: Uint8Array): void;
  /** The program ends itself. */
  exit(code: number): never;
}

/** Numbers of errors. */
const errors = { success: 0, badf: 8, inval: 28, nosys: 52, spipe: 70 } as const;
const lastStream = 2;
/** File type of a terminal or pipe. */
const characterDevice = 2;
const subscriptionBytes = 48;
const eventBytes = 32;

type Call = (...values: never[]) => number | Promise<number>;
type Calls = Readonly<Record<string, Call>>;

/** The functions of the module `wasi_snapshot_preview1` that do something; all others are `unsupported`. */
export function preview1Calls(host: Preview1Host): Calls {
  const memory = new GuestMemory(host);
  return withUnsigned({
    ...programCalls(host, memory),
    ...timeCalls(host, memory),
    ...streamCalls(host, memory),
    random_get(at: number, length: number) {
      host.pay(length);
      host.random(memory.bytes(at, length));
      return errors.success;
    },
  });
}

/** The memory of the instance, read again at each call: it may have another buffer after a wait. */
class GuestMemory {
  readonly #host: Preview1Host;

  constructor(host: Preview1Host) {
    this.#host = host;
  }

  get view(): DataView {
    return new DataView(this.#host.memory().buffer);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#host.memory().buffer, at, length);
  }

  /** The pieces of a read or a write. */
  vectors(at: number, count: number): Uint8Array[] {
    const { view } = this;
    return Array.from({ length: count }, (_, index) =>
      this.bytes(view.getUint32(at + 8 * index, true), view.getUint32(at + 8 * index + 4, true)),
    );
  }

  setSizes(countAt: number, sizeAt: number, list: readonly Uint8Array[]): number {
    const size = list.reduce((sum, { length }) => sum + length, 0);
    this.view.setUint32(countAt, list.length, true);
    this.view.setUint32(sizeAt, size, true);
    return errors.success;
  }
}

/** Arguments, an empty environment, the end of the program. */
function programCalls(host: Preview1Host, memory: GuestMemory): Calls {
  const words = host.arguments.map((word) => new TextEncoder().encode(`${word}\0`));
  return {
    args_sizes_get: (countAt: number, sizeAt: number) => memory.setSizes(countAt, sizeAt, words),
    args_get(pointersAt: number, textAt: number) {
      let at = textAt;
      for (const [index, word] of words.entries()) {
        memory.view.setUint32(pointersAt + 4 * index, at, true);
        memory.bytes(at, word.length).set(word);
        at += word.length;
      }
      return errors.success;
    },
    environ_sizes_get: (countAt: number, sizeAt: number) => memory.setSizes(countAt, sizeAt, []),
    environ_get: () => errors.success,
    sched_yield: () => errors.success,
    proc_exit: (code: number) => host.exit(code),
  };
}

function timeCalls(host: Preview1Host, memory: GuestMemory): Calls {
  return {
    clock_res_get(_clock: number, at: number) {
      memory.view.setBigUint64(at, 1_000_000n, true);
      return errors.success;
    },
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      memory.view.setBigUint64(at, BigInt(Math.floor(host.now() * 1e6)), true);
      return errors.success;
    },
    /** Whatever is waited for has happened: time passes no other way. */
    poll_oneoff(subscriptionsAt: number, eventsAt: number, count: number, happenedAt: number) {
      if (count > maxVectors) return errors.inval;
      for (let index = 0; index < count; index += 1) {
        const event = memory.bytes(eventsAt + eventBytes * index, eventBytes).fill(0);
        event.set(memory.bytes(subscriptionsAt + subscriptionBytes * index, 8)); // whose it is
        event[10] = memory.view.getUint8(subscriptionsAt + subscriptionBytes * index + 8); // what kind
      }
      memory.view.setUint32(happenedAt, count, true);
      return errors.success;
    },
  };
}

/** The three standard streams: no other descriptor is open. */
function streamCalls(host: Preview1Host, memory: GuestMemory): Calls {
  return {
    fd_fdstat_get(stream: number, at: number) {
      if (stream > lastStream) return errors.badf;
      memory.bytes(at, 24).fill(0);
      memory.view.setUint8(at, characterDevice);
      memory.view.setBigUint64(at + 8, 0x42n, true); // may be read from and written to
      return errors.success;
    },
    fd_filestat_get(stream: number, at: number) {
      if (stream > lastStream) return errors.badf;
      memory.bytes(at, 64).fill(0);
      memory.view.setUint8(at + 16, characterDevice);
      return errors.success;
    },
    fd_seek: (stream: number) => (stream > lastStream ? errors.badf : errors.spipe),
    fd_tell: (stream: number) => (stream > lastStream ? errors.badf : errors.spipe),
    fd_close: (stream: number) => (stream > lastStream ? errors.badf : errors.success),
    fd_prestat_get: () => errors.badf,
    fd_read(stream: number, vectorsAt: number, count: number, readAt: number) {
      if (stream !== 0) return errors.badf;
      const [first] = memory.vectors(vectorsAt, Math.min(count, 1));
      const finish = (bytes: Uint8Array): number => {
        memory.bytes(memory.view.getUint32(vectorsAt, true), bytes.length).set(bytes);
        memory.view.setUint32(readAt, bytes.length, true);
        return errors.success;
      };
      const found = first === undefined ? new Uint8Array() : host.read(first.length);
      return found instanceof Promise ? found.then(finish) : finish(found);
    },
    fd_write(stream: number, vectorsAt: number, count: number, writtenAt: number) {
      if (stream > lastStream) return errors.badf;
      let written = 0;
      for (const bytes of memory.vectors(vectorsAt, Math.min(count, maxVectors))) {
        host.pay(bytes.length);
        host.write(stream, bytes);
        written += bytes.length;
      }
      memory.view.setUint32(writtenAt, written, true);
      return errors.success;
    },
  };
}

/** The engine hands an i32 over as a signed number; addresses, lengths and descriptors have no sign. */
function withUnsigned(calls: Calls): Calls {
  const unsigned = (value: number | bigint): number | bigint => (typeof value === "number" ? value >>> 0 : value);
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      (...values: (number | bigint)[]) => call(...(values.map(unsigned) as never[])),
    ]),
  );
}

/** More pieces of one write are left for the next. */
const maxVectors = 1024;

/** What every other function of WASI answers. */
export const unsupported = (): number => errors.nosys;
