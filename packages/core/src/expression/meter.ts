import { IceError } from "../errors/ice-error.ts";
import { expressionLimits } from "./limits.ts";

/** What looking at an element costs, in characters. */
const elementWork = 8;

/**
 * Counts what one evaluation does. The first refusal is kept: CEL's `||` and `exists` may swallow the error, the evaluation
 * fails with it all the same.
 */
export class Meter {
  refusal: IceError | undefined;
  #steps = 0;
  #work = 0;

  /** A comprehension is about to walk over `count` elements. */
  steps(count: number): void {
    this.#stay();
    this.#steps += count;
    if (this.#steps > expressionLimits.comprehensionSteps)
      this.refuse(`more than ${expressionLimits.comprehensionSteps} comprehension steps`);
  }

  /** A function is about to look at `size` characters or elements. */
  work(size: number): void {
    this.#stay();
    this.#work += size;
    if (this.#work > expressionLimits.work) this.refuse("too much work on large values");
  }

  /** A function is about to look at `count` elements of a list or map. */
  elements(count: number): void {
    this.work(count * elementWork);
  }

  /** A value of `length` characters or elements is about to be built. */
  built(length: number): void {
    this.#stay();
    if (length > expressionLimits.builtLength)
      this.refuse(`a value of more than ${expressionLimits.builtLength} characters`);
    this.work(length);
  }

  refuse(what: string): never {
    this.refusal ??= new IceError("ICE_EXPRESSION_LIMIT", `The expression needs ${what}.`, {
      fix: "do less in one expression: use a tool or a loop for large data",
    });
    throw this.refusal;
  }

  /** Once refused, nothing more is done, however often `exists` goes on to the next element. */
  #stay(): void {
    if (this.refusal !== undefined) throw this.refusal;
  }

  /** Counts the whole of a value, nested ones included. */
  workOn(value: unknown): void {
    const open: unknown[] = [value];
    for (let next = open.pop(); open.length > 0 || next !== undefined; next = open.pop()) {
      if (typeof next === "string") this.work(next.length);
      else if (typeof next === "object" && next !== null) {
        const entries = Array.isArray(next) ? next : Object.values(next);
        this.elements(entries.length + 1);
        for (const entry of entries) if (typeof entry === "object" || typeof entry === "string") open.push(entry);
      } else this.work(1);
    }
  }
}

/** Length of a string, list or map; 1 for anything else. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 1;
}
