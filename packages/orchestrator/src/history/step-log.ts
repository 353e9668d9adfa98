import type { Json } from "@ice/core";
import { isBelow } from "@ice/core/internal";

/** Something that was done inside an attempt. */
export interface LoggedStep {
  readonly value: Json;
  /** Settles when its record is durable; undefined if it is. */
  readonly durable?: Promise<void> | undefined;
}

/** What nodes have recorded inside their attempts, by path and key: it is not done again. */
export class StepLog {
  readonly #steps = new Map<string, Map<string, LoggedStep>>();

  /** Undefined for a step that is not recorded. */
  get(path: string, key: string): LoggedStep | undefined {
    return this.#steps.get(path)?.get(key);
  }

  /** The values that a node has recorded, by their keys. */
  of(path: string): readonly { readonly key: string; readonly value: Json }[] {
    return [...(this.#steps.get(path) ?? [])].map(([key, { value }]) => ({ key, value }));
  }

  keep(path: string, key: string, step: LoggedStep): void {
    const known = this.#steps.get(path);
    if (known === undefined) this.#steps.set(path, new Map([[key, step]]));
    else known.set(key, step);
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
