import type { RE2JS } from "re2js";
import { IceError } from "../errors/ice-error.ts";
import { expressionLimits } from "./limits.ts";

/** Costs, in characters, of processing an element, running a part of syntax, and creating and catching an error. */
const elementWork = 32;
const partWork = 24;
const errorWork = { failed: 384, failedDearly: 6144 } as const;
/** A large object is a hash table, whose keys are sorted each time they are listed. */
const entryWork = { small: 32, large: 960, largeFrom: 512 } as const;

/** The bounds of one expression. */
const bounds = {
  steps: { max: expressionLimits.comprehensionSteps, message: "comprehension steps" },
  work: { max: expressionLimits.work, message: "characters and elements processed" },
  built: { max: expressionLimits.builtLength, message: "characters built" },
} as const;

/**
 * Counts the work of the expressions of one node: each has its bounds, and all together `expressionsOfNode` times as much. The
 * first violation is kept: even if `||` or `exists` drops the error, the evaluation fails with it.
 */
export class Meter {
  violation: IceError | undefined;
  /** Regular expressions that this expression has been charged for. */
  readonly patterns = new Map<string, RE2JS>();
  /** Time zones that this expression has been charged for. */
  readonly zones = new Map<string, Intl.DateTimeFormat>();
  #steps = 0;
  #work = 0;
  #built = 0;
  #maxSteps: number = bounds.steps.max;
  #maxWork: number = bounds.work.max;

  /** Starts the next expression, with its own bounds. */
  begin(): void {
    this.#throwIfRefused();
    if (this.patterns.size > 0) this.patterns.clear();
    if (this.zones.size > 0) this.zones.clear();
    this.#maxSteps = Math.min(this.#steps + bounds.steps.max, bounds.steps.max * expressionLimits.expressionsOfNode);
    this.#maxWork = Math.min(this.#work + bounds.work.max, bounds.work.max * expressionLimits.expressionsOfNode);
  }

  /** Charges a comprehension over `count` elements. */
  steps(count: number): void {
    this.#throwIfRefused();
    this.#steps += count;
    if (this.#steps > this.#maxSteps) this.#refuseMore("steps", this.#maxSteps);
  }

  /** Charges a function that processes `size` characters or elements. */
  work(size: number): void {
    this.#throwIfRefused();
    this.#work += size;
    if (this.#work > this.#maxWork) this.#refuseMore("work", this.#maxWork);
  }

  /** Whether `size` characters could be processed, without charging them. */
  afford(size: number): void {
    this.#throwIfRefused();
    if (this.#work + size > this.#maxWork) this.#refuseMore("work", this.#maxWork);
  }

  /** Charges the next element of a comprehension, which runs `parts` parts of syntax. */
  next(parts: number): void {
    this.steps(1);
    this.work(parts * partWork);
  }

  /**
   * Charges an error where another operand may decide: `||`, `&&`, `exists`, `all`. `failedDearly`: an error was created. A
   * violation is thrown again.
   */
  caught(how: keyof typeof errorWork): void {
    this.work(errorWork[how]);
  }

  /** Charges a function that processes `count` elements of a list or map. */
  elements(count: number): void {
    this.work(count * elementWork);
  }

  /** Charges a function that processes all entries of a map. */
  entries(count: number): void {
    this.work(count * (count < entryWork.largeFrom ? entryWork.small : entryWork.large));
  }

  /** Charges a value of `length` characters or elements. @param added - the new part, if it is built in steps. */
  built(length: number, added = length): void {
    this.#throwIfRefused();
    if (length > expressionLimits.builtLength)
      this.refuse(`a value of more than ${expressionLimits.builtLength} characters`);
    this.work(added);
  }

  /** Charges the result of an expression, of `length` characters as JSON, if it was built. */
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
      { fix: "spread them over several nodes, or process large data in a tool or a loop" },
    );
    throw this.violation;
  }

  refuse(what: string): never {
    this.violation ??= new IceError("ICE_EXPRESSION_LIMIT", `The expression needs ${what}.`, {
      fix: "do less in one expression: process large data in a tool or a loop",
    });
    throw this.violation;
  }

  /** After a violation nothing more is evaluated, even if `exists` continues with the next element. */
  #throwIfRefused(): void {
    if (this.violation !== undefined) throw this.violation;
  }
}
