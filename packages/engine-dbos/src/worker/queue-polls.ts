import type { wfQueueRunner } from "@dbos-inc/dbos-sdk/internal/wfqueue";
import { runsQueue } from "../dispatch/ticket.ts";

/** Time between the last look into a queue and one that a note asks for, in milliseconds. It bounds what many notes cost. */
const restMs = 50;

/** The part of the loop of DBOS that looks into a queue. */
interface Polling {
  readonly isRunning: boolean;
  pollQueue(executor: unknown, queue: PolledQueue): Promise<boolean>;
}

interface PolledQueue {
  readonly name: string;
  readonly concurrency?: number | undefined;
  readonly rateLimit?: object | undefined;
}

/** A queue as it was looked into last. */
interface Polled {
  readonly executor: unknown;
  readonly queue: PolledQueue;
  readonly at: number;
}

/** When this process looks into its queues: in the loop of DBOS, and soon after a note. */
export class QueuePolls {
  readonly #runner: Polling;
  readonly #poll: Polling["pollQueue"];
  readonly #polled = new Map<string, Polled>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The last look into the queue of runs, and into any other. */
  readonly #last = { runs: Promise.resolve<unknown>(undefined), jobs: Promise.resolve<unknown>(undefined) };

  constructor(runner: typeof wfQueueRunner) {
    this.#runner = runner as unknown as Polling;
    this.#poll = this.#runner.pollQueue.bind(runner);
    this.#runner.pollQueue = (executor, queue) => this.#inTurn(executor, queue);
  }

  /** There is something in a queue. */
  soon(name: string): void {
    const known = this.#polled.get(name);
    if (known === undefined || this.#timers.has(name)) return;
    // Workers that look into a queue with such a limit at the same time get in each other's way, and wait longer.
    if (known.queue.concurrency !== undefined || known.queue.rateLimit !== undefined) return;
    const timer = setTimeout(() => void this.#again(name), Math.max(0, known.at + restMs - performance.now()));
    this.#timers.set(name, timer);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    Reflect.deleteProperty(this.#runner, "pollQueue");
  }

  async #again(name: string): Promise<void> {
    this.#timers.delete(name);
    const { executor, queue } = this.#polled.get(name)!; // what is in the map stays there
    // The loop looks again.
    if (this.#runner.isRunning) await this.#inTurn(executor, queue).catch(() => {});
  }

  /** Queues of jobs share a limit: looks at the same time would not know what the others have just taken. */
  #inTurn(executor: unknown, queue: PolledQueue): Promise<boolean> {
    const line = queue.name === runsQueue ? "runs" : "jobs";
    const polled = this.#last[line].then(() => {
      this.#polled.set(queue.name, { executor, queue, at: performance.now() });
      return this.#poll(executor, queue);
    });
    this.#last[line] = polled.catch(() => {});
    return polled;
  }
}
