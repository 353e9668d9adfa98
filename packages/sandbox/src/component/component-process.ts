import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FairQueue } from "../pool/fair-queue.ts";
import type { PoolOutcome } from "../pool/pool-outcome.ts";
import type { RegisteredComponent } from "./component-registry.ts";
import type { ComponentExecution, FromProcess, ToProcess } from "./process/messages.ts";

/** Time to start the process and compile the component, in milliseconds. */
const loadMs = 10_000;

/** Maximum number of executions that wait for a component, of one run and of all runs. */
const maxWaiting = { maxPerKey: 1000, maxInAll: 10_000 };

export interface ComponentRequest {
  /** Id of the run: waiting runs are served in turn. */
  readonly run: string;
  readonly execution: ComponentExecution;
  readonly signal: AbortSignal | undefined;
}

interface Waiting {
  readonly request: ComponentRequest;
  readonly finish: (outcome: PoolOutcome | Promise<PoolOutcome>) => void;
}

/**
 * A process for one component, without environment and without permission to write files, start processes or threads, or load
 * addons. Its executions run one at a time, with runs in turn. One that exceeds its time limit, or is cancelled, ends the process.
 */
export class ComponentProcess {
  readonly #component: RegisteredComponent;
  readonly #shim: string;
  /** A process that has started and has received no work yet. */
  #spare: ChildProcess | undefined;
  #child: ChildProcess | undefined;
  readonly #queue = new FairQueue<Waiting>(maxWaiting);
  #isRunning = false;

  /** @param spare - from `startProcess`; if absent or dead, another process is started. */
  constructor(component: RegisteredComponent, shim: string, spare?: ChildProcess) {
    this.#component = component;
    this.#shim = shim;
    this.#spare = spare;
  }

  /** Whether an execution runs or waits. */
  get isBusy(): boolean {
    return this.#isRunning || this.#queue.size > 0;
  }

  run(request: ComponentRequest): Promise<PoolOutcome> {
    const { run, signal } = request;
    if (signal?.aborted) return Promise.resolve(cancelled);
    if (this.#queue.fullFor(run) !== undefined) return Promise.resolve(queueFull);
    return new Promise((resolve) => {
      const cancel = (): void => {
        if (this.#queue.remove(run, waiting)) waiting.finish(cancelled);
      };
      const waiting: Waiting = {
        request,
        finish: (outcome) => {
          signal?.removeEventListener("abort", cancel);
          resolve(outcome);
        },
      };
      signal?.addEventListener("abort", cancel, { once: true });
      this.#queue.add(run, waiting);
      if (!this.#isRunning) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      const { execution, signal } = next.request;
      const ended = this.#run(execution, signal);
      next.finish(ended);
      await ended.catch(() => {}); // the caller has it
    }
    this.#isRunning = false;
  }

  /** Ends the process. Running and waiting executions are cancelled. */
  close(): void {
    for (const { finish } of this.#queue.drain()) finish(cancelled);
    this.#end();
  }

  #end(): void {
    this.#child?.kill("SIGKILL");
    this.#spare?.kill("SIGKILL");
    this.#child = undefined;
    this.#spare = undefined;
  }

  async #run(execution: ComponentExecution, signal: AbortSignal | undefined): Promise<PoolOutcome> {
    const { wallMs } = execution.limits;
    if (this.#child?.connected !== true) {
      this.#child = this.#spare?.connected === true ? this.#spare : startProcess(this.#shim);
      this.#spare = undefined;
      const message = { type: "load", component: this.#component } as const;
      const loaded = await this.#ask(message, loadMs, signal);
      if ("ok" in loaded) return loaded;
      if (loaded.type === "failed") {
        this.#end();
        return { ok: false, kind: "denied", message: `The component cannot be loaded: ${loaded.message}` };
      }
    }
    const answer = await this.#ask({ type: "run", execution }, wallMs, signal);
    if ("ok" in answer) return answer;
    return answer.type === "ended" ? answer.outcome : broken;
  }

  /** Sends a message and waits for the answer; if none arrives in time, the process is ended. */
  #ask(message: ToProcess, ms: number, signal: AbortSignal | undefined): Promise<FromProcess | PoolOutcome> {
    if (signal?.aborted) return Promise.resolve(cancelled);
    const child = this.#child!;
    return new Promise((resolve) => {
      const finish = (answer: FromProcess | PoolOutcome): void => {
        clearTimeout(timer);
        child.off("message", finish).off("exit", onExit).off("error", onExit);
        signal?.removeEventListener("abort", onAbort);
        resolve(answer);
      };
      const stop = (outcome: PoolOutcome): void => {
        this.#end();
        finish(outcome);
      };
      const onExit = (): void => stop(broken);
      const onAbort = (): void => stop(cancelled);
      // The timer keeps this process alive while it waits; the child does not.
      const timer = setTimeout(
        () =>
          stop({
            ok: false,
            kind: "timeout",
            message: `The component ran longer than ${ms} ms (limits.wallMs).`,
            runMs: ms,
          }),
        ms,
      );
      child.on("message", finish).on("exit", onExit).on("error", onExit);
      signal?.addEventListener("abort", onAbort, { once: true });
      child.send(message, (error) => {
        if (error !== null) onExit();
      });
    });
  }
}

/** @param shim - URL to which `@bytecodealliance/preview2-shim` resolves. */
export function startProcess(shim: string): ChildProcess {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(isSource ? "./process/main.ts" : "./process/main.js", import.meta.url);
  const child = fork(fileURLToPath(entry), [shim], {
    env: {},
    // It may read only this package and the shim.
    execArgv: [
      "--no-warnings",
      "--permission",
      `--allow-fs-read=${fileURLToPath(new URL("../../", import.meta.url))}`,
      `--allow-fs-read=${fileURLToPath(new URL("../../", shim))}`,
      "--disallow-code-generation-from-strings",
    ],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.on("error", () => {}); // a process that cannot start does not answer, which is reported
  child.unref();
  child.channel?.unref();
  return child;
}

const cancelled = { ok: false, kind: "cancelled", message: "The execution was cancelled." } as const;
const queueFull = {
  ok: false,
  kind: "denied",
  message: `More than ${maxWaiting.maxPerKey} executions of this run, or ${maxWaiting.maxInAll} in total, wait for the component.`,
  fix: "start fewer at once (`maxConcurrency`)",
} as const;
const broken = { ok: false, kind: "guest", message: "The process of the component crashed." } as const;
