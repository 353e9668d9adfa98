/** The parts of preview2-shim's browser build that are used: pure JavaScript, without access to the host. */
export interface WasiShim {
  readonly cli: { createCli(config: object): Record<string, object> };
  readonly filesystem: { readonly types: object };
  readonly io: {
    readonly error: object;
    readonly poll: object;
    readonly streams: object;
    pollableCreate(): object;
  };
}

/** Handlers of the standard streams, as `createCli` of the shim takes them. */
export interface ProgramStreams {
  readonly arguments: readonly string[];
  readonly stdin: { blockingRead(length: bigint): Uint8Array };
  readonly stdout: { write(bytes: Uint8Array): void };
  readonly stderr: { write(bytes: Uint8Array): void };
}

/**
 * Loads the browser build of preview2-shim. Under Node its package always resolves to the Node build, which exposes the
 * host's environment, files, sockets and `process.exit`; so the browser build is loaded by its file name.
 *
 * @param entry - URL to which `@bytecodealliance/preview2-shim` resolves.
 */
export async function loadWasiShim(entry: string): Promise<WasiShim> {
  const load = (name: string): Promise<unknown> => import(new URL(`../browser/${name}.js`, entry).href);
  const [cli, filesystem, io] = await Promise.all([load("cli"), load("filesystem"), load("io")]);
  return { cli, filesystem, io } as WasiShim;
}

/**
 * WASI without access to the host: no environment except `env`, no files or sockets; time comes only from `now`; random
 * numbers are constant. Without `program` there are no arguments, input is empty, and output to the
 * standard streams goes to `onText`.
 *
 * @param now - epoch milliseconds.
 * @param program - the handlers of a program's standard streams, and its arguments.
 */
export function denyAllWasi(
  { cli, filesystem, io }: WasiShim,
  {
    now,
    onText,
    env = {},
    program,
  }: {
    readonly now: () => number;
    readonly onText: (text: string) => void;
    readonly env?: Readonly<Record<string, string>>;
    readonly program?: ProgramStreams | undefined;
  },
): Record<string, object> {
  const decoder = new TextDecoder();
  const sink = { write: (bytes: Uint8Array) => onText(decoder.decode(bytes)), flush() {}, blockingFlush() {} };
  const streams = program ?? { arguments: [], stdout: sink, stderr: sink };
  const console = cli.createCli({ environment: env, ...streams });
  const nanoseconds = (): bigint => BigInt(Math.floor(now() * 1e6));
  const ready = (): object => io.pollableCreate();
  return {
    "wasi:cli/environment": console["environment"]!,
    "wasi:cli/exit": console["exit"]!,
    "wasi:cli/stderr": console["stderr"]!,
    "wasi:cli/stdin": console["stdin"]!,
    "wasi:cli/stdout": console["stdout"]!,
    "wasi:cli/terminal-input": console["terminalInput"]!,
    "wasi:cli/terminal-output": console["terminalOutput"]!,
    "wasi:cli/terminal-stderr": console["terminalStderr"]!,
    "wasi:cli/terminal-stdin": console["terminalStdin"]!,
    "wasi:cli/terminal-stdout": console["terminalStdout"]!,
    "wasi:clocks/monotonic-clock": {
      now: nanoseconds,
      resolution: () => 1_000_000n,
      subscribeInstant: ready,
      subscribeDuration: ready,
    },
    "wasi:clocks/wall-clock": {
      now: () => ({ seconds: BigInt(Math.floor(now() / 1000)), nanoseconds: Math.floor(now() % 1000) * 1_000_000 }),
      resolution: () => ({ seconds: 0n, nanoseconds: 1_000_000 }),
    },
    "wasi:filesystem/preopens": { getDirectories: () => [] },
    "wasi:filesystem/types": filesystem.types,
    "wasi:io/error": io.error,
    "wasi:io/poll": io.poll,
    "wasi:io/streams": io.streams,
    "wasi:random/insecure-seed": { insecureSeed: () => [0n, 0n] },
    "wasi:random/insecure": { getInsecureRandomBytes: zeros, getInsecureRandomU64: () => 0n },
    "wasi:random/random": { getRandomBytes: zeros, getRandomU64: () => 0n },
  };
}

const maxRandomBytes = 65_536;
const zeros = (length: bigint): Uint8Array => new Uint8Array(Math.min(Number(length), maxRandomBytes));
