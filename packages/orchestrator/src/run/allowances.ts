import type { Allowance } from "@ice/core";
import { budgetedQuantities, type BudgetMeter } from "./budget.ts";
import type { ReservationLine } from "./reservation-line.ts";

/** A call that is counted before it starts. */
interface CountedCall {
  readonly what: "toolCalls" | "llmCalls";
  /** Of the node. */
  readonly path: string;
}

/** What an attempt on another worker may use, until it is settled. */
interface Grant {
  /** Undefined where nothing that it uses is limited. */
  readonly allowance: Allowance | undefined;
  /** Gives back what is left of it; what was used is counted by the caller before. */
  settle(): void;
}

/**
 * What attempts on other workers may use of the budgets of a run. Nothing else can use it meanwhile, so that budgets are not exceeded
 * whichever process counts. An attempt that may use any amount gets all that is left, once nothing else is reserved: two of them follow
 * each other.
 */
export class Allowances {
  readonly #line: ReservationLine;
  #grants = 0;

  constructor(line: ReservationLine) {
    this.#line = line;
  }

  /**
   * Counts a call of this process. It waits if only what others have reserved stands in its way.
   *
   * @returns undefined if it is counted at once.
   * @throws IceError `ICE_BUDGET_EXCEEDED`; the reason of the signal.
   */
  count(meter: BudgetMeter, { what, path }: CountedCall, signal: () => AbortSignal): Promise<true> | undefined {
    const take = (): true | undefined => {
      if (this.#grants > 0 && isHeldUp(meter, what)) return undefined;
      meter.reserve(what, path);
      return true;
    };
    return take() === true ? undefined : this.#line.wait(take, signal());
  }

  /**
   * Reserves what an attempt may use.
   *
   * @param usesAtMost - as its type says.
   * @param isUnderWay - whether a worker may be executing it already: then it does not wait.
   * @throws the reason of the signal.
   */
  grant(
    meter: BudgetMeter,
    { usesAtMost, isUnderWay }: { readonly usesAtMost: Allowance; readonly isUnderWay: boolean },
    signal: () => AbortSignal,
  ): Grant | Promise<Grant> {
    const meters = [...meter.andAround()];
    const limited = budgetedQuantities.filter(
      (what) => usesAtMost[what] !== 0 && meters.some(({ limits }) => limits[what] !== undefined),
    );
    if (limited.length === 0) return { allowance: undefined, settle: () => {} };
    const take = (): Grant | undefined => {
      const allowance: { -readonly [What in keyof Allowance]: number } = {};
      for (const what of limited) {
        const most = usesAtMost[what] ?? Infinity;
        const room = Math.min(...meters.map((one) => one.room(what)));
        const isFree = room >= most || !meters.some((one) => isReserved(one, what));
        if (!isFree && !isUnderWay) return undefined;
        allowance[what] = Math.max(0, Math.min(room, most));
      }
      return this.#take(meters, allowance);
    };
    return isUnderWay ? take()! : this.#line.take(take, signal());
  }

  #take(meters: readonly BudgetMeter[], allowance: Allowance): Grant {
    this.#grants += 1;
    const giveBack = this.#line.hold(meters, allowance);
    let settled = false;
    const settle = (): void => {
      if (!settled) this.#grants -= 1;
      settled = true;
      giveBack();
    };
    return { allowance, settle };
  }
}

/** Whether something of a limited quantity is reserved. */
const isReserved = ({ limits, inFlight }: BudgetMeter, what: keyof Allowance): boolean =>
  limits[what] !== undefined && inFlight[what] > 0;

/** Whether a call has to wait: no budget is used up, but the rest of one is reserved. */
function isHeldUp(meter: BudgetMeter, what: "toolCalls" | "llmCalls"): boolean {
  const meters = [...meter.andAround()];
  const isUsedUp = meters.some(({ limits, spent }) => spent[what] >= (limits[what] ?? Infinity));
  return !isUsedUp && meters.some((one) => one.room(what) < 1);
}
