import { isBelow } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";
import type { Activity } from "./activity.ts";

/**
 * The nodes that earlier processes had begun and that a resume enters again. What is to be stopped is entered first, down to the
 * last of them, so that it closes as in the process that began it.
 */
export class Reentry {
  /** Paths of nodes that have not been entered yet. */
  readonly #left: Set<string>;
  /** How many of them are below a node, by its path; only counts above 0. */
  readonly #below = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #activity: Activity;

  constructor(history: RunHistory, activity: Activity) {
    this.#left = new Set(history.inProgress().map(({ path }) => path));
    this.#activity = activity;
    for (const path of this.#left)
      for (const container of containersOf(path)) this.#below.set(container, (this.#below.get(container) ?? 0) + 1);
  }

  /** Whether a node has been begun, and not entered since. */
  isOpen(path: string): boolean {
    return this.#left.has(path);
  }

  /** The same for anything below a node, or below one of its iterations: `each[3]`. */
  isOpenBelow(path: string): boolean {
    return this.#below.has(path);
  }

  /** A node was entered. */
  enter(path: string): void {
    if (!this.#left.delete(path)) return;
    for (const container of containersOf(path)) {
      const count = this.#below.get(container) ?? 0;
      if (count > 1) this.#below.set(container, count - 1);
      else this.#goOn(container);
    }
  }

  /** A node has ended: neither it nor anything below it will be entered any more. */
  end(path: string): void {
    this.enter(path);
    if (this.#below.has(path)) for (const left of this.#left) if (isBelow(left, path)) this.enter(left);
  }

  #goOn(path: string): void {
    this.#below.delete(path);
    const waiting = this.#waiting.get(path);
    this.#waiting.delete(path);
    for (const goOn of waiting ?? []) goOn();
  }

  /**
   * Settles when everything below a node has been entered, or can no longer be: nothing in the run goes on by itself. Undefined if it
   * has been already.
   */
  below(path: string): Promise<void> | undefined {
    if (!this.#below.has(path)) return undefined;
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(path);
      if (waiting === undefined) this.#waiting.set(path, [resolve]);
      else waiting.push(resolve);
      this.#activity.whenQuiet(() => this.#goOn(path));
    });
  }
}

/** Paths of the containers around a node and of their iterations, the innermost first: `a.b[3].c` is in `a.b[3]`, `a.b`, `a` and `""`. */
function* containersOf(path: string): Iterable<string> {
  for (let end = path.length - 1; end > 0; end -= 1)
    if (path[end] === "." || path[end] === "[") yield path.slice(0, end);
  yield "";
}
