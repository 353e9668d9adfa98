import type { Clock } from "@ice/core";
import { Report, simulationStart } from "@ice/testing/internal";

/** What the simulation of a fleet finds out. */
export class FleetReport extends Report {
  /** How often something has happened that rules are about. */
  readonly seen = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  /** Adds a line to the log, with the time since the start. */
  write(line: string): void {
    this.log.push(`${this.#clock.now() - simulationStart} ${line}`);
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}
