import { uniqueRunName } from "@ice/core/internal";
import type { LiveRun } from "./live-run.ts";

/** The runs in progress of all tenants in this process. */
export class LiveRuns {
  readonly #runs = new Map<string, LiveRun>();

  get(tenant: string, runId: string): LiveRun | undefined {
    return this.#runs.get(uniqueRunName(tenant, runId));
  }

  /** Adds a run, and returns a function that removes it. */
  add(tenant: string, runId: string, live: LiveRun): () => void {
    const name = uniqueRunName(tenant, runId);
    this.#runs.set(name, live);
    return () => this.#runs.delete(name);
  }

  all(): Iterable<LiveRun> {
    return this.#runs.values();
  }
}
