import { uniqueRunName } from "@ice/core/internal";

/** Reasons that are remembered; the oldest ones are dropped. */
const maxKnown = 1000;

/** Which runs were reported as blocked, and why, so that none is reported again for the same reason. */
export class BlockedNotices {
  readonly #known = new Set<string>();

  /** Whether this is the first time. */
  add({ tenant, runId }: { readonly tenant: string; readonly runId: string }, reason: string): boolean {
    const key = `${uniqueRunName(tenant, runId)} ${reason}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    if (this.#known.size > maxKnown) this.#known.delete(this.#known.values().next().value!); // it is not empty
    return true;
  }
}
