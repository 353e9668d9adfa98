import type { Clock } from "@ice/core";
import type { Connection } from "./connection.ts";
import type { FleetEntry, FleetQueues } from "./fleet-queues.ts";

/** How often a queue is asked in the program that this replaces, in milliseconds: an entry waits that long at most. */
const pollMs = 200;

export interface ClaimsOptions {
  readonly queues: FleetQueues;
  readonly connection: Connection;
  readonly random: () => number;
  readonly clock: Clock;
  readonly id: string;
  /** Entries that are executed at a time, by their queue. */
  readonly most: ReadonlyMap<string, number>;
  readonly execute: (entry: FleetEntry) => Promise<void>;
}

/** In place of the loop of DBOS: takes entries from queues and executes them. It asks only when there is something to take. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #running = new Map<string, number>();
  /** When each queue is asked next. */
  readonly #next = new Map<string, number>();
  #forget = (): void => {};
  #isStopped = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#isStopped) return;
    const { queues, most } = this.#options;
    this.#forget = queues.listen((queue, ms) => this.#askIn(queue, ms));
    for (const queue of most.keys()) this.#askIn(queue, 0);
    for (const { queue, dueAt } of queues.entries.values()) this.#askIn(queue, dueAt - this.#options.clock.now());
  }

  stop(): void {
    this.#isStopped = true;
    this.#forget();
  }

  #askIn(queue: string, ms: number): void {
    const { clock, random, most } = this.#options;
    if (this.#isStopped || !most.has(queue)) return;
    const at = clock.now() + Math.max(0, ms) + Math.floor(random() * pollMs);
    if ((this.#next.get(queue) ?? Infinity) <= at && (this.#next.get(queue) ?? 0) > clock.now()) return;
    this.#next.set(queue, at);
    clock.setTimer(at - clock.now(), () => void this.#ask(queue));
  }

  async #ask(queue: string): Promise<void> {
    const { connection, queues, id, most, random } = this.#options;
    const free = most.get(queue)! - (this.#running.get(queue) ?? 0);
    if (this.#isStopped || free <= 0) return;
    try {
      const taken = await connection.call("claim", () => queues.take(id, queue, free, random), false);
      for (const entry of taken) void this.#execute(entry);
      const ms = queues.dueIn(queue);
      if (ms !== undefined) this.#askIn(queue, ms);
    } catch {
      this.#askIn(queue, 1000);
    }
  }

  async #execute(entry: FleetEntry): Promise<void> {
    const { queue, id } = entry;
    const { connection, queues, execute } = this.#options;
    this.#running.set(queue, (this.#running.get(queue) ?? 0) + 1);
    await execute(entry);
    this.#running.set(queue, this.#running.get(queue)! - 1);
    await connection.call("end", () => queues.end([id], "SUCCESS")).catch(() => {});
    this.#askIn(queue, 0);
  }
}
