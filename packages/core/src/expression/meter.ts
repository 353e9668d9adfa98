import { IceError } from "../errors/ice-error.ts";
import { expressionLimits } from "./limits.ts";

/** What looking at an element costs, in characters. */
const elementWork = 8;

/** What is counted, and what one expression may use up. */
const bounds = {
  steps: { most: expressionLimits.comprehensionSteps, message: "comprehension steps" },
  work: { most: expressionLimits.work, message: "characters and elements looked at" },
  built: { most: expressionLimits.builtLength, message: "characters built" },
} as const;

/**
 * Counts what the expressions of one node do: each has its bounds, and all of them together have `expressionsOfNode` times as
 * much. The first refusal is kept: `||` and `exists` may swallow the error, the evaluation fails with it all the same.
 */
export class Meter {
  refusal: IceError | undefined;
  #steps = 0;
  #work = 0;
  #built = 0;
  #mostSteps: number = bounds.steps.most;
  #mostWork: number = bounds.work.most;

  /** The next expression begins: what it may use up is added to what was used. */
  begin(): void {
    this.#stay();
    this.#mostSteps = Math.min(this.#steps + bounds.steps.most, bounds.steps.most * expressionLimits.expressionsOfNode);
    this.#mostWork = Math.min(this.#work + bounds.work.most, bounds.work.most * expressionLimits.expressionsOfNode);
  }

  /** A comprehension is about to walk over `count` elements. */
  steps(count: number): void {
    this.#stay();
    this.#steps += count;
    if (this.#steps > this.#mostSteps) this.#refuseMore("steps", this.#mostSteps);
  }

  /** A function is about to look at `size` characters or elements. */
  work(size: number): void {
    this.#stay();
    this.#work += size;
    if (this.#work > this.#mostWork) this.#refuseMore("work", this.#mostWork);
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

  /** An expression gives a value that it built, of `length` characters as JSON. */
  gives(length: number): void {
    this.#built += length;
    const most = bounds.built.most * expressionLimits.expressionsOfNode;
    if (this.#built > most) this.#refuseMore("built", most);
  }

  #refuseMore(what: keyof typeof bounds, most: number): never {
    if (most < bounds[what].most * expressionLimits.expressionsOfNode)
      this.refuse(`more than ${bounds[what].most} ${bounds[what].message}`);
    this.refusal ??= new IceError(
      "ICE_EXPRESSION_LIMIT",
      `The expressions of the node need more than ${most} ${bounds[what].message} together.`,
      { fix: "spread them over several nodes, or use a tool or a loop for large data" },
    );
    throw this.refusal;
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
