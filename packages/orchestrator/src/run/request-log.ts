import type { Clock, JournalRecordOf, WaitRequest } from "@ice/core";
import { isBelow } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";

export type Waiting = JournalRecordOf<"waiting">;

/** The run whose requests these are. */
interface RecordedRun {
  readonly clock: Clock;
  /** The records of earlier processes. */
  readonly history: Pick<RunHistory, "requestsMade" | "requestsOf"> | undefined;
  append(record: Waiting): Promise<void> | undefined;
}

/** What the nodes of a run wait for, and have waited for: questions to people, times, signals. */
export class RequestLog {
  readonly #run: RecordedRun;
  /** Per path: the requests of its current attempt. */
  readonly #requests = new Map<string, Waiting[]>();
  readonly #made = new Map<string, number>();

  constructor(run: RecordedRun) {
    this.#run = run;
  }

  /** Requests of the current attempt, also those of earlier processes, oldest first. */
  of(path: string): readonly Waiting[] {
    return this.#listOf(path);
  }

  /** Makes a request. Resolves when it is durable. */
  async make({ path }: { readonly path: string }, wait: WaitRequest): Promise<Waiting> {
    const made = (this.#made.get(path) ?? this.#run.history?.requestsMade(path) ?? 0) + 1;
    this.#made.set(path, made);
    const record = { kind: "waiting", at: this.#run.clock.now(), path, request: made, wait } as const;
    this.#listOf(path).push(record);
    await this.#run.append(record);
    return record;
  }

  /** A container starts its children again: their requests are void. */
  forgetBelow(path: string): void {
    for (const key of this.#requests.keys()) if (isBelow(key, path)) this.#requests.delete(key);
  }

  #listOf(path: string): Waiting[] {
    let requests = this.#requests.get(path);
    if (requests === undefined) {
      requests = [...(this.#run.history?.requestsOf(path) ?? [])];
      this.#requests.set(path, requests);
    }
    return requests;
  }
}
