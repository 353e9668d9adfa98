/** Runs that could not be continued, so that they are not tried again at every look. The oldest are dropped beyond 1,000. */
export class FailedResumes {
  readonly #now: () => number;
  readonly #failed = new Map<string, { readonly until: number; readonly waitMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the run has failed, and its time to be tried again has not come. */
  has(name: string): boolean {
    return (this.#failed.get(name)?.until ?? 0) > this.#now();
  }

  /** Notes a failure: the first pause is one second, each further one is twice as long, at most five minutes. */
  add(name: string): void {
    const waitMs = Math.min((this.#failed.get(name)?.waitMs ?? 500) * 2, 300_000);
    this.#failed.delete(name);
    this.#failed.set(name, { until: this.#now() + waitMs, waitMs });
    if (this.#failed.size > 1000) this.#failed.delete(this.#failed.keys().next().value!);
  }
}
