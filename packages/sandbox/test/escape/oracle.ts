import { mkdtempSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SandboxResult } from "@ice/core";
import type { Surroundings } from "./attack.ts";

/** A secret in the environment, in a file, behind a port: nothing of it may ever be seen. */
export const canary = "canary-7f3a9c";

/** What attacks could reach on this machine, and how to detect it. */
export class Trap {
  readonly directory = mkdtempSync(join(tmpdir(), "ice-escape-"));
  readonly #server: Server;
  requests = 0;

  private constructor() {
    this.#server = createServer((_request, response) => {
      this.requests += 1;
      response.end(canary);
    });
  }

  static async lay(): Promise<Trap> {
    const trap = new Trap();
    const at = (...names: string[]): string => join(trap.directory, ...names);
    mkdirSync(at("data"));
    mkdirSync(at("outside"));
    writeFileSync(at("data", "public.txt"), "public");
    writeFileSync(at("outside", "secret.txt"), canary);
    symlinkSync(at("outside", "secret.txt"), at("data", "link-out"));
    symlinkSync(at("outside"), at("data", "link-dir"));
    symlinkSync(at("outside", "made-by-guest.txt"), at("data", "link-dangling"));
    await new Promise<void>((resolve) => trap.#server.listen(0, "127.0.0.1", resolve));
    return trap;
  }

  get surroundings(): Surroundings {
    const { port } = this.#server.address() as AddressInfo;
    return { DATA: join(this.directory, "data"), OUTSIDE: join(this.directory, "outside"), PORT: String(port) };
  }

  /** Every file with its size and time: equal when nothing was written. */
  files(): string {
    return readdirSync(this.directory, { recursive: true })
      .map(String)
      .toSorted()
      .map((name) => {
        const { size, mtimeMs, isFile } = statSync(join(this.directory, name), { throwIfNoEntry: false }) ?? {};
        return isFile === undefined ? name : `${name} ${size} ${mtimeMs}`;
      })
      .join("\n");
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The built-in prototypes of this realm as they are now. */
export const prototypes = (): string =>
  [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).toSorted().join())
    .join("|");

/** What a result says to people must be words, not the inside of the host. */
export function leaks(result: SandboxResult): string[] {
  const text = JSON.stringify(result);
  return [canary, "node:internal", "file:///", "/src/lane/", "worker_threads"].filter((bad) => text.includes(bad));
}

/** Bytes that this process needs after collection. */
export function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const sampleMs = 5;

/** How the thread of the host fares while guests run. */
export class HostWatch {
  /** Milliseconds by which every sample of all watches was late. */
  static readonly allLate: number[] = [];

  readonly late: number[] = [];
  /** Most CPU time in milliseconds that the host's thread took between two samples: its longest synchronous work, whatever else ran. */
  longestMs = 0;
  readonly #timer = setInterval(() => this.#sample(), sampleMs);
  #cpu = threadCpuMs();
  #at = performance.now();

  #sample(): void {
    const [cpu, now] = [threadCpuMs(), performance.now()];
    this.longestMs = Math.max(this.longestMs, cpu - this.#cpu);
    this.late.push(Math.max(0, now - this.#at - sampleMs));
    this.#cpu = cpu;
    this.#at = now;
  }

  /** Ends the watch. What the host did last is counted. */
  async end(): Promise<void> {
    await sleep(3 * sampleMs);
    clearInterval(this.#timer);
    HostWatch.allLate.push(...this.late);
  }
}

/** The value that a share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!;
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
