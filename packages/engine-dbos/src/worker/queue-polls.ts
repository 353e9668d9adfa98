import { runsQueue } from "@ice/core/internal";
import type { wfQueueRunner } from "@dbos-inc/dbos-sdk/internal/wfqueue";

/** Time between the last look into a queue and one that a note asks for, in milliseconds. It bounds what many notes cost. */
const restMs = 50;

/** The part of the loop of DBOS that looks into queues. */
interface Loop {
  runQueuePoll(
    executor: unknown,
    state: QueueState,
    polling: ReadonlyMap<string, unknown>,
    wake: () => void,
  ): Promise<void>;
  pollQueue(executor: unknown, queue: PolledQueue): Promise<boolean>;
}

interface PolledQueue {
  readonly name: string;
  readonly concurrency?: number | undefined;
  readonly rateLimit?: object | undefined;
}

interface QueueState {
  readonly queue: PolledQueue;
  /** When the loop looks into it next, by the clock of the machine. */
  nextPollAt: number;
}

/** A queue that the loop looks into. */
interface Polled {
  readonly state: QueueState;
  readonly wake: () => void;
  readonly at: number;
  isPolling: boolean;
  /** A note has come during the look. */
  again: boolean;
}

/** Changes when the loop of DBOS looks into its queues: soon after a note, and into those of jobs one after the other. */
export class QueuePolls {
  readonly #loop: Loop;
  readonly #polled = new Map<string, Polled>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(runner: typeof wfQueueRunner) {
    this.#loop = runner as unknown as Loop;
    this.#pollInTurn();
    this.#remember();
  }

  /** There is something in a queue. */
  soon(name: string): void {
    const known = this.#polled.get(name);
    if (known === undefined || this.#timers.has(name)) return;
    const { concurrency, rateLimit } = known.state.queue;
    // Workers that look into a queue with such a limit at the same time get in each other's way, and wait longer.
    if (concurrency !== undefined || rateLimit !== undefined) return;
    const timer = setTimeout(() => this.#now(name), Math.max(0, known.at + restMs - performance.now()));
    this.#timers.set(name, timer);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const method of ["runQueuePoll", "pollQueue"]) Reflect.deleteProperty(this.#loop, method);
  }

  #now(name: string): void {
    this.#timers.delete(name);
    const known = this.#polled.get(name)!; // what is in the map stays there
    known.again = known.isPolling;
    if (known.isPolling) return;
    known.state.nextPollAt = 0;
    known.wake();
  }

  #remember(): void {
    const run = this.#loop.runQueuePoll.bind(this.#loop);
    this.#loop.runQueuePoll = async (executor, state, polling, wake) => {
      const polled: Polled = { state, wake, at: performance.now(), isPolling: true, again: false };
      this.#polled.set(state.queue.name, polled);
      await run(executor, state, polling, wake);
      polled.isPolling = false;
      if (polled.again) this.#now(state.queue.name);
    };
  }

  /** The queues of jobs share a limit: looks at the same time would not know what the others have just taken. */
  #pollInTurn(): void {
    const poll = this.#loop.pollQueue.bind(this.#loop);
    let last: Promise<unknown> = Promise.resolve();
    this.#loop.pollQueue = (executor, queue) => {
      if (queue.name === runsQueue) return poll(executor, queue);
      const polled = last.then(() => poll(executor, queue));
      last = polled.catch(() => {});
      return polled;
    };
  }
}
