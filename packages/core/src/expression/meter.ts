import type { RE2JS } from "re2js";
import { IceError } from "../errors/ice-error.ts";
import { expressionLimits } from "./limits.ts";

/** What looking at an element, running a part of syntax, and making and catching an error cost, in characters. */
const elementWork = 32;
const partWork = 24;
const errorWork = { failed: 384, failedDearly: 6144 } as const;
/** A large object is a hash table, whose keys are sorted each time they are listed. */
const entryWork = { small: 32, large: 960, largeFrom: 512 } as const;

/** What is counted, and what one expression may use up. */
const bounds = {
  steps: { max: expressionLimits.comprehensionSteps, message: "comprehension steps" },
  work: { max: expressionLimits.work, message: "characters and elements looked at" },
  built: { max: expressionLimits.builtLength, message: "characters built" },
} as const;

/**
 * Counts what the expressions of one node do: each has its bounds, and all of them together have `expressionsOfNode` times as
 * much. The first refusal is kept: `||` and `exists` may swallow the error, the evaluation fails with it all the same.
 */
export class Meter {
  violation: IceError | undefined;
  /** Regular expressions that this expression has paid for. */
  readonly patterns = new Map<string, RE2JS>();
  /** Time zones that it has paid for. */
  readonly zones = new Map<string, Intl.DateTimeFormat>();
  #steps = 0;
  #work = 0;
  #built = 0;
  #maxSteps: number = bounds.steps.max;
  #maxWork: number = bounds.work.max;

  /** The next expression begins: what it may use up is added to what was used. */
  begin(): void {
    this.#stay();
    if (this.patterns.size > 0) this.patterns.clear();
    if (this.zones.size > 0) this.zones.clear();
    this.#maxSteps = Math.min(this.#steps + bounds.steps.max, bounds.steps.max * expressionLimits.expressionsOfNode);
    this.#maxWork = Math.min(this.#work + bounds.work.max, bounds.work.max * expressionLimits.expressionsOfNode);
  }

  /** A comprehension is about to walk over `count` elements. */
  steps(count: number): void {
    this.#stay();
    this.#steps += count;
    if (this.#steps > this.#maxSteps) this.#refuseMore("steps", this.#maxSteps);
  }

  /** A function is about to look at `size` characters or elements. */
  work(size: number): void {
    this.#stay();
    this.#work += size;
    if (this.#work > this.#maxWork) this.#refuseMore("work", this.#maxWork);
  }

  /** Asks whether `size` characters could still be looked at, without counting them. */
  afford(size: number): void {
    this.#stay();
    if (this.#work + size > this.#maxWork) this.#refuseMore("work", this.#maxWork);
  }

  /** A comprehension goes on to its next element, and is about to run `parts` parts of syntax. */
  next(parts: number): void {
    this.steps(1);
    this.work(parts * partWork);
  }

  /**
   * Something failed where another value may decide: `||`, `&&`, `exists`, `all`. `failedDearly`: an error was made. It is
   * thrown again after a refusal.
   */
  caught(how: keyof typeof errorWork): void {
    this.work(errorWork[how]);
  }

  /** A function is about to look at `count` elements of a list or map. */
  elements(count: number): void {
    this.work(count * elementWork);
  }

  /** A function is about to look at all entries of a map. */
  entries(count: number): void {
    this.work(count * (count < entryWork.largeFrom ? entryWork.small : entryWork.large));
  }

  /**
   * A value of `length` characters or elements is about to be built.
   *
   * @param added - what is new of it, when it is built in steps.
   */
  built(length: number, added = length): void {
    this.#stay();
    if (length > expressionLimits.builtLength)
      this.refuse(`a value of more than ${expressionLimits.builtLength} characters`);
    this.work(added);
  }

  /** An expression gives a value that it built, of `length` characters as JSON. */
  gives(length: number): void {
    this.#built += length;
    const max = bounds.built.max * expressionLimits.expressionsOfNode;
    if (this.#built > max) this.#refuseMore("built", max);
  }

  #refuseMore(what: keyof typeof bounds, max: number): never {
    if (max < bounds[what].max * expressionLimits.expressionsOfNode)
      this.refuse(`more than ${bounds[what].max} ${bounds[what].message}`);
    this.violation ??= new IceError(
      "ICE_EXPRESSION_LIMIT",
      `The expressions of the node need more than ${max} ${bounds[what].message} together.`,
      { fix: "spread them over several nodes, or use a tool or a loop for large data" },
    );
    throw this.violation;
  }

  refuse(what: string): never {
    this.violation ??= new IceError("ICE_EXPRESSION_LIMIT", `The expression needs ${what}.`, {
      fix: "do less in one expression: use a tool or a loop for large data",
    });
    throw this.violation;
  }

  /** Once refused, nothing more is done, however often `exists` goes on to the next element. */
  #stay(): void {
    if (this.violation !== undefined) throw this.violation;
  }
}
