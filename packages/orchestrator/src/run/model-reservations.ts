import { IceError, type ModelTokens } from "@ice/core";
import type { BudgetMeter } from "./budget.ts";
import type { ReservationLine } from "./reservation-line.ts";

/** What one request to a model may use. */
export interface ModelEstimate {
  readonly path: string;
  /** `provider/model`. */
  readonly model: string;
  /** Tokens of the request, estimated. */
  readonly inputTokens: number;
  /** Maximum tokens of the answer. Default 4,096 where there is a budget. */
  readonly maxTokens: number | undefined;
  /** USD; undefined when the price is unknown. Rises with the tokens. */
  readonly cost: ((tokens: ModelTokens) => number) | undefined;
}

/** A request that may be sent. */
export interface ModelReservation {
  /** Maximum tokens of the answer, lowered to what the budget leaves. */
  readonly maxTokens: number | undefined;
  /** Gives the reservation back; what was really used is counted by the caller at the same time. */
  settle(): void;
}

const defaultMaxTokens = 4096;

/**
 * Requests to models against the budgets of tokens and cost of a run. Each request reserves what it may use at most. One that fits
 * only once others have settled waits for them, in order, so that any number at the same time neither overshoot nor fail early.
 */
export class ModelReservations {
  readonly #line: ReservationLine;

  constructor(line: ReservationLine) {
    this.#line = line;
  }

  /**
   * At once where there is room.
   *
   * @param meter - of the workflow that the node belongs to; those of the workflows around it are checked too.
   * @throws IceError `ICE_BUDGET_EXCEEDED`, `ICE_PRICE_UNKNOWN`; the reason of the signal.
   */
  reserve(
    meter: BudgetMeter,
    estimate: ModelEstimate,
    signal: AbortSignal,
  ): ModelReservation | Promise<ModelReservation> {
    const meters = [...meter.andAround()].filter(boundsModels);
    if (meters.length === 0) return { maxTokens: estimate.maxTokens, settle: () => {} };
    return this.#line.take(() => this.#tryToTake(meters, estimate), signal);
  }

  /** Undefined when it has to wait for others. */
  #tryToTake(meters: readonly BudgetMeter[], estimate: ModelEstimate): ModelReservation | undefined {
    const maxTokens = affordable(meters, estimate);
    const tokens = estimate.inputTokens + maxTokens;
    const reserved = { totalTokens: tokens, costUsd: costOf(estimate, maxTokens) };
    if (!meters.every((meter) => hasRoom(meter, reserved))) return undefined;
    return { maxTokens, settle: this.#line.hold(meters, reserved) };
  }
}

const boundsModels = (meter: BudgetMeter): boolean =>
  meter.limits.totalTokens !== undefined || meter.limits.costUsd !== undefined;

const costOf = ({ cost, inputTokens }: ModelEstimate, outputTokens: number): number =>
  cost?.({ inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 }) ?? 0;

/** Whether a request of this size fits beside those in progress. Without any, it always does: otherwise it would wait for ever. */
function hasRoom(
  meter: BudgetMeter,
  { totalTokens, costUsd }: { readonly totalTokens: number; readonly costUsd: number },
): boolean {
  return meter.inFlight.isEmpty || (totalTokens <= meter.room("totalTokens") && costUsd <= meter.room("costUsd"));
}

/** The maximum tokens of an answer that every budget could pay if no other request were in progress. @throws if there is no room for one. */
function affordable(meters: readonly BudgetMeter[], estimate: ModelEstimate): number {
  let most = estimate.maxTokens ?? defaultMaxTokens;
  for (const meter of meters) {
    const { totalTokens, costUsd } = meter.limits;
    if (totalTokens !== undefined) {
      most = Math.min(most, totalTokens - meter.spent.totalTokens - estimate.inputTokens);
      if (most < 1) meter.refuse("totalTokens", estimate.path);
    }
    if (costUsd !== undefined) {
      if (estimate.cost === undefined) throw priceUnknown(estimate);
      most = maxTokensFor(costUsd - meter.spent.costUsd, most, estimate);
      if (most < 1) meter.refuse("costUsd", estimate.path);
    }
  }
  return most;
}

/** The largest number of tokens up to `most` that costs no more than `usd`; 0 when one costs more. */
function maxTokensFor(usd: number, most: number, estimate: ModelEstimate): number {
  if (costOf(estimate, most) <= usd) return most;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (costOf(estimate, middle) <= usd) low = middle;
    else high = middle;
  }
  return low;
}

function priceUnknown({ model, path }: ModelEstimate): IceError {
  return new IceError("ICE_PRICE_UNKNOWN", `A cost budget needs the price of "${model}", which is unknown.`, {
    fix: "configure `models.prices`, or budget `totalTokens` instead",
    path,
    details: { model },
  });
}
