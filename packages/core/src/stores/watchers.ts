/** The name under which hosts watch the runs of all tenants; no run has it. */
export const anyRun = "";

/** Those who watch runs, by the name of the run. */
export class Watchers {
  readonly #listeners = new Map<string, Set<() => void>>();

  has(name: string): boolean {
    return this.#listeners.has(name);
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener, which may be added several times, and returns a function that removes it. */
  add(name: string, listener: () => void): () => void {
    const called = (): void => listener();
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(called));
    return () => {
      listeners.delete(called);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  /** Calls the listeners of a name, after what is being done now. A listener must not throw. */
  notify(name: string): void {
    const listeners = this.#listeners.get(name);
    if (listeners !== undefined) queueMicrotask(() => listeners.forEach((listener) => listener()));
  }
}
