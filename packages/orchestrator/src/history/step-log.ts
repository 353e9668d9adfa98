import type { Json, JournalRecordOf } from "@ice/core";
import { isBelow } from "./paths.ts";

/** What nodes have recorded inside their attempts, by path and key: it is not done again. */
export class StepLog {
  readonly #steps = new Map<string, Map<string, Json>>();

  /** Undefined for a step that is not recorded. */
  get(path: string, key: string): Json | undefined {
    return this.#steps.get(path)?.get(key);
  }

  keep({ path, key, value }: Pick<JournalRecordOf<"step">, "path" | "key" | "value">): void {
    const known = this.#steps.get(path);
    if (known === undefined) this.#steps.set(path, new Map([[key, value]]));
    else known.set(key, value);
  }

  /** The node has ended: it does not look again. */
  end(path: string): void {
    this.#steps.delete(path);
  }

  /** A container starts again: the steps at its path and below are void. O(paths). */
  forget(path: string): void {
    for (const known of this.#steps.keys()) if (known === path || isBelow(known, path)) this.#steps.delete(known);
  }
}
