import type { ChildProcess } from "node:child_process";
import { readFile, statfs } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cgroup } from "./cgroup.ts";
import { descriptors } from "./jail-arguments.ts";
import type { JailRequest } from "./jail-request.ts";

/** The reason why the host ended a program. */
export type Ending =
  | { readonly why: "timeout" | "output" | "files" }
  | { readonly why: "cancelled"; readonly reason: unknown };

export interface Ended {
  /** What bubblewrap reported: JSON objects, one per line. */
  readonly status: string;
  readonly ending: Ending | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Time in which bubblewrap must report the process that it started, in milliseconds, before it is ended. */
const startMs = 5000;
/** Time for which another process may keep the output open after the program has ended, in milliseconds. */
const outputMs = 1000;
/** Interval at which files in the scratch space are counted, in milliseconds. */
const countEveryMs = 50;
/** Maximum number of files, directories and links in the scratch space: they take kernel memory that its size does not include. */
export const maxFiles = 65_536;

/** bubblewrap, which waits with the program until its process is known, and then both until they end. */
export class JailedProcess {
  readonly #child: ChildProcess;
  readonly #filter: Uint8Array;
  readonly #group: Cgroup | undefined;
  /** The first process in the jail. When it ends, all processes in the jail end. */
  #inner: number | undefined;
  #hasBegun = false;
  #status = "";
  #ending: Ending | undefined;

  constructor(child: ChildProcess, filter: Uint8Array, group: Cgroup | undefined) {
    this.#child = child;
    this.#filter = filter;
    this.#group = group;
  }

  /** Runs the program until it ends, or until it is ended because of its time, its output or a cancellation. */
  async follow({ stdin, limits, signal }: Pick<JailRequest, "stdin" | "limits" | "signal">): Promise<Ended> {
    const { wallMs, outputBytes, logBytes } = limits;
    const stdout: Buffer[] = [];
    let bytes = 0;
    let stderr = Buffer.alloc(0);
    this.#reader(1).on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputBytes) this.#stop({ why: "output" });
      else stdout.push(chunk);
    });
    this.#reader(2).on("data", (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-logBytes);
    });
    this.#reader(descriptors.status).on("data", (chunk: Buffer) => this.#onStatus(chunk.toString()));
    this.#writer(0).end(stdin);
    const onAbort = (): void => this.#stop({ why: "cancelled", reason: signal.reason });
    const timer = setTimeout(() => this.#stop({ why: "timeout" }), wallMs);
    const counter = setInterval(() => void this.#countFiles(), countEveryMs);
    this.#child.once("exit", () => setTimeout(() => this.#closeStreams(), outputMs).unref());
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await new Promise<void>((resolve) => this.#child.on("close", () => resolve()));
    clearTimeout(timer);
    clearInterval(counter);
    signal.removeEventListener("abort", onAbort);
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

  /**
   * Starts the program once it is in its group and bound to the life of the host: a host that ends earlier
   * leaves no program behind. bubblewrap sets the filter of the first process right after that bond.
   */
  async #release(inner: number): Promise<void> {
    try {
      await this.#group?.add(inner);
      this.#writer(descriptors.seccomp).end(this.#filter);
      for (let waited = 0; !(await hasFilter(inner)); waited += 1) {
        if (waited > startMs) throw new Error("the first process of the jail did not become ready");
        await sleep(1);
      }
      this.#hasBegun = true;
      this.#writer(descriptors.start).end("go\n");
    } catch {
      this.#kill(); // it has already ended, or is unusable
    }
  }

  async #countFiles(): Promise<void> {
    // Until the program starts, this belongs to the host.
    if (!this.#hasBegun) return;
    try {
      const { files, ffree } = await statfs(`/proc/${this.#inner}/root/tmp`);
      if (files - ffree > maxFiles) this.#stop({ why: "files" });
    } catch {
      return; // it does not exist yet, or no longer exists
    }
  }

  #closeStreams(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #stop(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#inner !== undefined) this.#kill();
    // If bubblewrap is ended before it reports which process it started, that process is left behind for ever.
    else setTimeout(() => this.#kill(), startMs).unref();
  }

  #kill(): void {
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
    if (isOver) return; // the kernel has ended the jail with it, and its pid may have been reused
    if (this.#inner !== undefined)
      try {
        process.kill(this.#inner, "SIGKILL");
      } catch {
        // it has already ended
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

async function hasFilter(pid: number): Promise<boolean> {
  return /^Seccomp:\s*2$/m.test(await readFile(`/proc/${pid}/status`, "utf8"));
}
