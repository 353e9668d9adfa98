import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PoolOutcome } from "../pool/worker-pool.ts";
import type { RegisteredComponent } from "./component-registry.ts";
import type { ComponentExecution, FromProcess, ToProcess } from "./process/messages.ts";

/** Time to start the process and compile the component, in milliseconds. */
const loadMs = 10_000;

/**
 * A process for one component: no environment, no rights to write files, to start processes or threads, to load addons. Its
 * executions run one after the other; one that outlives its time takes the process with it.
 */
export class ComponentProcess {
  readonly #component: RegisteredComponent;
  readonly #shim: string;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  waiting = 0;

  constructor(component: RegisteredComponent, shim: string) {
    this.#component = component;
    this.#shim = shim;
  }

  run(execution: ComponentExecution, signal: AbortSignal | undefined): Promise<PoolOutcome> {
    this.waiting += 1;
    const next = this.#last.then(async () => {
      try {
        return signal?.aborted ? cancelled : await this.#run(execution, signal);
      } finally {
        this.waiting -= 1;
      }
    });
    this.#last = next;
    return next;
  }

  /** Ends the process. What runs is cancelled. */
  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  async #run(execution: ComponentExecution, signal: AbortSignal | undefined): Promise<PoolOutcome> {
    const { wallMs } = execution.limits;
    if (this.#child === undefined) {
      const { glue, coreModules, initialPages } = this.#component;
      this.#child = this.#start();
      const message = { type: "load", glue, coreModules, initialPages, shim: this.#shim } as const;
      const loaded = await this.#ask(message, loadMs, signal);
      if ("ok" in loaded) return loaded;
      if (loaded.type === "failed") {
        this.close();
        return { ok: false, kind: "denied", message: `The component cannot be loaded: ${loaded.message}` };
      }
    }
    const answer = await this.#ask({ type: "run", execution }, wallMs, signal);
    if ("ok" in answer) return answer;
    return answer.type === "ended" ? answer.outcome : broken;
  }

  #start(): ChildProcess {
    const isSource = import.meta.url.endsWith(".ts");
    const child = fork(
      fileURLToPath(new URL(isSource ? "./process/main.ts" : "./process/main.js", import.meta.url)),
      [],
      {
        env: {},
        // It may read this package and the shim, and nothing else on the machine.
        execArgv: [
          "--no-warnings",
          "--permission",
          `--allow-fs-read=${fileURLToPath(new URL("../../", import.meta.url))}`,
          `--allow-fs-read=${fileURLToPath(new URL("../../", this.#shim))}`,
          "--disallow-code-generation-from-strings",
        ],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      },
    );
    child.unref();
    child.channel?.unref();
    return child;
  }

  /** Sends a message and waits for the answer; when none comes in time, the process is ended. */
  #ask(message: ToProcess, ms: number, signal: AbortSignal | undefined): Promise<FromProcess | PoolOutcome> {
    const child = this.#child!;
    return new Promise((resolve) => {
      const finish = (answer: FromProcess | PoolOutcome): void => {
        clearTimeout(timer);
        child.off("message", finish).off("exit", onExit).off("error", onExit);
        signal?.removeEventListener("abort", onAbort);
        resolve(answer);
      };
      const stop = (outcome: PoolOutcome): void => {
        this.close();
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

const cancelled = { ok: false, kind: "cancelled", message: "The execution was cancelled." } as const;
const broken = { ok: false, kind: "guest", message: "The process of the component broke down." } as const;
