import type { Signal } from "@ice/core";

/** A signal, and its place in the order of recording. */
export interface KeptSignal {
  readonly signal: Signal;
  readonly index: number;
}

/** The signals of a run that no wait has taken, by name. */
export class FreeSignals {
  /** In the order of recording. */
  readonly #byName = new Map<string, KeptSignal[]>();

  add(kept: KeptSignal): void {
    const { name = "" } = kept.signal;
    const list = this.#byName.get(name);
    if (list === undefined) this.#byName.set(name, [kept]);
    else list.splice(list.findLastIndex(({ index }) => index < kept.index) + 1, 0, kept);
  }

  remove(kept: KeptSignal): void {
    const { name = "" } = kept.signal;
    const list = this.#byName.get(name)!;
    if (list.length === 1) this.#byName.delete(name);
    else list.splice(list.indexOf(kept), 1);
  }

  /** The oldest with one of the names that fits. */
  oldest(names: readonly string[], fits: (kept: KeptSignal) => boolean): KeptSignal | undefined {
    let oldest: KeptSignal | undefined;
    for (const name of names)
      for (const kept of this.#byName.get(name) ?? []) {
        if (oldest !== undefined && oldest.index < kept.index) break;
        if (!fits(kept)) continue;
        oldest = kept;
        break;
      }
    return oldest;
  }

  /** Those with one of the names. */
  named(names: readonly string[]): readonly Signal[] {
    return names.flatMap((name) => (this.#byName.get(name) ?? []).map(({ signal }) => signal));
  }
}
