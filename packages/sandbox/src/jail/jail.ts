import { spawn, type ChildProcess } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { IceError, messageOf } from "@ice/core";
import { createCgroup, type Cgroup } from "./cgroup.ts";
import { denied, type JailParts } from "./find-jail.ts";
import { bubblewrapArguments, descriptors, jailUser, limitArguments } from "./jail-arguments.ts";
import type { JailLimits } from "./jail-limits.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";

export interface JailRequest {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: Uint8Array;
  /** Guest path → directory of the host, to be read. */
  readonly readable: Readonly<Record<string, string>>;
  readonly limits: JailLimits;
  /** Directory of a cgroup below which one is made for the program. */
  readonly cgroup?: string | undefined;
  readonly signal: AbortSignal;
}

export interface JailExit {
  /** 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** The last of what was written, at most `limits.logBytes`. */
  readonly stderr: string;
}

/** Why a program was ended by its jailer. */
type Ending = { readonly why: "timeout" | "output" } | { readonly why: "cancelled"; readonly reason: unknown };

/** How long bubblewrap has to say which process it started, in milliseconds, before it is ended without. */
const startMs = 5000;

/**
 * Runs a program in a jail of its own, once.
 *
 * @throws IceError `ICE_SANDBOX_TIMEOUT`, `ICE_SANDBOX_OUTPUT`, `ICE_SANDBOX_MEMORY`, `ICE_SANDBOX_DENIED` when the jail cannot
 * be made; the signal's reason when it aborts.
 */
export async function runInJail(parts: JailParts, request: JailRequest): Promise<JailExit> {
  const { limits, signal } = request;
  signal.throwIfAborted();
  const group = request.cgroup === undefined ? undefined : await openGroup(request.cgroup, limits);
  try {
    const { status, ending, stdout, stderr } = await new JailedProcess(parts, request, group).ended;
    if (ending !== undefined) throw errorOf(ending, limits);
    if (await group?.ranOut())
      throw new IceError(
        "ICE_SANDBOX_MEMORY",
        `The program needed more than ${limits.memoryMiB} MiB in all (memoryMiB).`,
      );
    const exitCode = exitCodeIn(status);
    if (exitCode === undefined)
      throw denied(
        `The jail could not be made: ${stderr.trim().slice(0, 500) || "bubblewrap ended without a word."}`,
        "let bubblewrap 0.8 or newer make user namespaces on this machine: `ice doctor` tells whether it can",
      );
    return { exitCode, stdout, stderr };
  } finally {
    await group?.remove();
  }
}

async function openGroup(parent: string, limits: JailLimits): Promise<Cgroup> {
  try {
    return await createCgroup(parent, limits);
  } catch (error) {
    throw denied(
      `No cgroup can be made in "${parent}": ${messageOf(error)}`,
      "name a cgroup of which this process may make children, with the controllers memory and pids",
    );
  }
}

function errorOf(ending: Ending, { wallMs, outputBytes }: JailLimits): unknown {
  if (ending.why === "cancelled") return ending.reason;
  return ending.why === "timeout"
    ? new IceError("ICE_SANDBOX_TIMEOUT", `The program ran longer than ${wallMs} ms (wallMs).`)
    : new IceError("ICE_SANDBOX_OUTPUT", `The program wrote more than ${outputBytes} bytes (outputBytes).`);
}

interface Ended {
  /** What bubblewrap told: JSON objects, one per line. */
  readonly status: string;
  readonly ending: Ending | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** bubblewrap, waiting with the program until its process is known; then the two of them until they end. */
class JailedProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #group: Cgroup | undefined;
  /** The first process in the jail. When it dies, all in the jail do. */
  #inner: number | undefined;
  #status = "";
  #ending: Ending | undefined;

  constructor(parts: JailParts, request: JailRequest, group: Cgroup | undefined) {
    this.#group = group;
    this.#child = start(parts, request);
    this.ended = this.#follow(request);
  }

  async #follow({ stdin, limits, signal }: JailRequest): Promise<Ended> {
    const { wallMs, outputBytes, logBytes } = limits;
    const stdout: Buffer[] = [];
    let bytes = 0;
    let stderr = Buffer.alloc(0);
    const onAbort = (): void => this.#stop({ why: "cancelled", reason: signal.reason });
    const timer = setTimeout(() => this.#stop({ why: "timeout" }), wallMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#reader(1).on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputBytes) this.#stop({ why: "output" });
      else stdout.push(chunk);
    });
    this.#reader(2).on("data", (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-logBytes);
    });
    this.#reader(descriptors.status).on("data", (chunk: Buffer) => this.#onStatus(chunk.toString()));
    // Streams break when their reader closes them or is killed, and a program need not read its input.
    for (const stream of this.#child.stdio) stream?.on("error", () => {});
    this.#writer(0).end(stdin);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#child.on("close", () => resolve()).on("error", reject);
      });
    } catch (error) {
      throw denied(`bubblewrap cannot be started: ${messageOf(error)}`, "see whether this process may start it");
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
    return {
      status: this.#status,
      ending: this.#ending,
      stdout: Buffer.concat(stdout),
      stderr: stderr.toString(),
    };
  }

  #onStatus(text: string): void {
    this.#status += text;
    if (this.#inner !== undefined) return;
    const pid = /"child-pid": (\d+)/.exec(this.#status)?.[1];
    if (pid === undefined) return;
    this.#inner = Number(pid);
    if (this.#ending !== undefined) this.#kill();
    else void this.#release(this.#inner);
  }

  /** Lets the program begin, once it is counted in its group. */
  async #release(inner: number): Promise<void> {
    try {
      await this.#group?.add(inner);
      this.#writer(descriptors.start).end("\n");
    } catch {
      this.#kill();
    }
  }

  #stop(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#inner !== undefined) this.#kill();
    // Ended before it has told which process it started, bubblewrap would leave it behind, waiting for ever.
    else setTimeout(() => this.#kill(), startMs).unref();
  }

  #kill(): void {
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
    if (isOver) return; // the kernel ended the jail with it, and its number may be another's by now
    if (this.#inner !== undefined)
      try {
        process.kill(this.#inner, "SIGKILL");
      } catch {
        // it is gone already
      }
    this.#child.kill("SIGKILL");
  }

  #reader(descriptor: number): Readable {
    return this.#child.stdio[descriptor] as Readable;
  }

  #writer(descriptor: number): Writable {
    return this.#child.stdio[descriptor] as Writable;
  }
}

/**
 * Starts bubblewrap with an empty environment, as nobody when this process is root: root's number of processes is not limited.
 * Its arguments come over a pipe, because the jail can read its command line.
 */
function start({ bubblewrap, prlimit, filter, rootLinks }: JailParts, request: JailRequest): ChildProcess {
  const { program, args, readable, limits } = request;
  const isRoot = process.getuid?.() === 0;
  const nothing = openSync("/dev/null", "r");
  try {
    const stdio: ("pipe" | "ignore" | number)[] = ["pipe", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"];
    for (const leaked of leakedDescriptors(stdio.length)) {
      while (stdio.length < leaked) stdio.push("ignore");
      stdio[leaked] = nothing;
    }
    const child = spawn(
      bubblewrap,
      ["--args", String(descriptors.arguments), "--", prlimit, ...limitArguments(limits), "--", program, ...args],
      { cwd: "/", env: {}, stdio, ...(isRoot ? { uid: jailUser, gid: jailUser } : {}) },
    );
    const told = bubblewrapArguments({ program, readable, rootLinks, limits }).map((word) => `${word}\0`);
    for (const [descriptor, content] of [
      [descriptors.arguments, told.join("")],
      [descriptors.seccomp, filter],
    ] as const)
      (child.stdio[descriptor] as Writable | null)?.end(content);
    return child;
  } finally {
    closeSync(nothing);
  }
}

function exitCodeIn(status: string): number | undefined {
  const code = /"exit-code": (\d+)/.exec(status)?.[1];
  return code === undefined ? undefined : Number(code);
}
