import { IceError, type Allowance, type Budget, type RunEventMap, type Usage } from "@ice/core";
import { countUsage, noUsage } from "../history/usage.ts";

/** Quantities that a budget limits. */
export type Spent = { -readonly [Key in keyof Usage]: Usage[Key] } & { nodes: number };

/** Quantities that are counted before each call: nodes, tool calls, model calls. */
export type Reservation = "nodes" | "toolCalls" | "llmCalls";

/** What is used while a node runs. */
export const budgetedQuantities = [
  "toolCalls",
  "llmCalls",
  "totalTokens",
  "costUsd",
] as const satisfies readonly (keyof Allowance)[];

/** A call that would exceed a budget. */
export interface BudgetViolation {
  readonly error: IceError;
  readonly exceeded: RunEventMap["budget.exceeded"];
}

/**
 * The usage of a workflow, checked against its own budget and those of the workflows around it. Calls are counted before they
 * start, so concurrency cannot exceed the budget. Tokens and cost are known only afterwards: once they are used up, no further
 * model call starts.
 */
export class BudgetMeter {
  readonly spent: Spent = { ...noUsage, nodes: 0 };
  readonly #budget: Budget | undefined;
  readonly #parent: BudgetMeter | undefined;
  /** The first violation, which stops the workflow of this meter. */
  violation: BudgetViolation | undefined;
  /** What is reserved. */
  readonly inFlight = new InFlight();

  constructor(budget: Budget | undefined, parent: BudgetMeter | undefined) {
    this.#budget = budget;
    this.#parent = parent;
  }

  /** @throws IceError `ICE_BUDGET_EXCEEDED` for a call that would exceed a budget; nothing is counted then. */
  reserve(what: Reservation, path: string): void {
    for (let meter: BudgetMeter | undefined = this; meter !== undefined; meter = meter.#parent)
      if (meter.#budget !== undefined) meter.#check(meter.#budget, what, path);
    this.count(what);
  }

  /** Counts a call that no budget refuses. */
  count(what: Reservation): void {
    for (let meter: BudgetMeter | undefined = this; meter !== undefined; meter = meter.#parent) meter.spent[what] += 1;
  }

  /**
   * Adds usage that is known only afterwards. What is no usage, or no number > 0, is ignored, because usage is reported by untrusted
   * code.
   */
  add(usage: Partial<Usage>): void {
    for (let meter: BudgetMeter | undefined = this; meter !== undefined; meter = meter.#parent)
      for (const [key, amount] of Object.entries(usage)) countUsage(meter.spent, key as keyof Usage, amount);
  }

  /** Adds the usage of an earlier process, which the outer meters have counted already. */
  restore({ nodes, usage }: { readonly nodes: number; readonly usage: Partial<Usage> }): void {
    this.spent.nodes += nodes;
    for (const [key, amount] of Object.entries(usage)) countUsage(this.spent, key as keyof Usage, amount);
  }

  #check(budget: Budget, what: Reservation, path: string): void {
    const { spent } = this;
    const limit = budget[what];
    if (limit !== undefined && spent[what] >= limit) this.#refuse(what, limit, path);
    if (what !== "llmCalls") return;
    for (const used of ["totalTokens", "costUsd"] as const) {
      const most = budget[used];
      if (most !== undefined && spent[used] >= most) this.#refuse(used, most, path);
    }
  }

  /** What the budget leaves beside what is used and reserved; Infinity without a limit. */
  room(what: keyof Allowance): number {
    return (this.limits[what] ?? Infinity) - this.spent[what] - this.inFlight[what];
  }

  /** This meter, and those of the workflows around. */
  *andAround(): Iterable<BudgetMeter> {
    for (let meter: BudgetMeter | undefined = this; meter !== undefined; meter = meter.#parent) yield meter;
  }

  get limits(): Budget {
    return this.#budget ?? {};
  }

  /** Whether this meter, or one around it, limits tokens or cost. */
  get boundsModels(): boolean {
    const { totalTokens, costUsd } = this.limits;
    return totalTokens !== undefined || costUsd !== undefined || this.#parent?.boundsModels === true;
  }

  /** Refuses because a limit, which there is, leaves no room. @throws IceError `ICE_BUDGET_EXCEEDED`. */
  refuse(what: keyof Budget, path: string): never {
    return this.#refuse(what, this.#budget![what]!, path);
  }

  #refuse(what: keyof Budget, limit: number, path: string): never {
    this.violation ??= violationOf({ budget: what, limit, used: this.spent[what] }, path);
    throw this.violation.error;
  }
}

/** What requests to models that are under way, and attempts on other workers, may use. */
class InFlight {
  toolCalls = 0;
  llmCalls = 0;
  totalTokens = 0;
  costUsd = 0;
  #reservations = 0;

  get isEmpty(): boolean {
    return this.#reservations === 0;
  }

  add(reserved: Allowance): void {
    this.#reservations += 1;
    for (const what of budgetedQuantities) this[what] += reserved[what] ?? 0;
  }

  remove(reserved: Allowance): void {
    this.#reservations -= 1;
    // Sums of fractions do not cancel out exactly.
    for (const what of budgetedQuantities) this[what] = this.isEmpty ? 0 : this[what] - (reserved[what] ?? 0);
  }
}

function violationOf(exceeded: BudgetViolation["exceeded"], path: string): BudgetViolation {
  const { budget, limit, used } = exceeded;
  const state =
    used >= limit ? "is used up" : `leaves ${Number((limit - used).toPrecision(6))}, less than the request needs`;
  const error = new IceError("ICE_BUDGET_EXCEEDED", `The budget of ${limit} ${budget} ${state}.`, {
    fix: `raise settings.budget.${budget}, or do less`,
    path,
    details: exceeded,
  });
  return { error, exceeded };
}
