import type { Step } from "./worker-process.ts";

const patienceMs = 60_000;

/** What the tools of all workers have done. */
export class Steps {
  readonly #all: Step[] = [];
  readonly #waiting = new Set<(step: Step) => void>();

  add(step: Step): void {
    this.#all.push(step);
    for (const notify of this.#waiting) notify(step);
  }

  count(fits: (step: Step) => boolean): number {
    return this.#all.filter(fits).length;
  }

  /** The first step that fits, reported before or after. @throws Error after a minute without one. */
  first(fits: (step: Step) => boolean): Promise<Step> {
    const known = this.#all.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(notify);
        reject(new Error("no worker has done what was waited for"));
      }, patienceMs);
      const notify = (step: Step): void => {
        if (!fits(step)) return;
        clearTimeout(timer);
        this.#waiting.delete(notify);
        resolve(step);
      };
      this.#waiting.add(notify);
    });
  }
}
