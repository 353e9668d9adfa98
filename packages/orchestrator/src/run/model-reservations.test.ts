import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BudgetMeter } from "./budget.ts";
import type { ModelEstimate } from "./model-reservations.ts";
import { Reservations } from "./reservations.ts";

const perToken = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }): number =>
  (inputTokens * 1 + outputTokens * 2) / 1_000_000;
const estimate = (more: Partial<ModelEstimate> = {}): ModelEstimate => ({
  path: "a",
  model: "p/m",
  inputTokens: 10,
  maxTokens: 20,
  cost: perToken,
  ...more,
});
const { signal } = new AbortController();

describe("without a budget of tokens or cost", () => {
  test("nothing is lowered, and nothing waits", () => {
    const meter = new BudgetMeter({ nodes: 5 }, new BudgetMeter(undefined, undefined));
    const reserved = new Reservations().models.reserve(meter, estimate({ maxTokens: undefined }), signal);
    expect(reserved).toMatchObject({ maxTokens: undefined });
  });
});

describe("a budget of tokens", () => {
  test("limits the answer to the remaining tokens, and refuses if none is left", () => {
    const meter = new BudgetMeter({ totalTokens: 100 }, undefined);
    const reservations = new Reservations().models;
    expect(reservations.reserve(meter, estimate({ inputTokens: 70, maxTokens: undefined }), signal)).toMatchObject({
      maxTokens: 30,
    });
    const refused = (): unknown => reservations.reserve(meter, estimate({ inputTokens: 100 }), signal);
    expect(refused).toThrow(
      expect.objectContaining({
        code: "ICE_BUDGET_EXCEEDED",
        path: "a",
        message: "The budget of 100 totalTokens leaves 100, less than the request needs.",
      }),
    );
    expect(meter.violation).toBeDefined();
  });

  test("actual usage replaces the reservation, and the next in line continues", async () => {
    const meter = new BudgetMeter({ totalTokens: 100 }, undefined);
    const reservations = new Reservations().models;
    const first = await reservations.reserve(meter, estimate({ inputTokens: 10, maxTokens: 80 }), signal);
    let second: unknown;
    const wait = async (): Promise<void> => {
      second = await reservations.reserve(meter, estimate(), signal);
    };
    const waiting = wait();
    await nextTurn();
    expect(second).toBeUndefined();
    meter.add({ totalTokens: 75 });
    first.settle();
    first.settle();
    await waiting;
    expect(second).toMatchObject({ maxTokens: 15 });
    expect(meter.inFlight).toMatchObject({ totalTokens: 25 });
  });

  test("of an enclosing workflow counts too", () => {
    const outer = new BudgetMeter({ totalTokens: 40 }, undefined);
    const inner = new BudgetMeter({ totalTokens: 1000 }, outer);
    expect(new Reservations().models.reserve(inner, estimate({ maxTokens: 500 }), signal)).toMatchObject({
      maxTokens: 30,
    });
    expect([outer.inFlight.totalTokens, inner.inFlight.totalTokens]).toEqual([40, 40]);
  });

  test("a request that is cancelled leaves the line", async () => {
    const meter = new BudgetMeter({ totalTokens: 30 }, undefined);
    const reservations = new Reservations().models;
    const first = await reservations.reserve(meter, estimate(), signal);
    const controller = new AbortController();
    const cancelled = Promise.resolve(reservations.reserve(meter, estimate(), controller.signal));
    const behind = Promise.resolve(reservations.reserve(meter, estimate(), signal));
    const reason = new Error("stop");
    controller.abort(reason);
    await expect(cancelled).rejects.toBe(reason);
    first.settle();
    expect(await behind).toMatchObject({ maxTokens: 20 });
  });

  test("a request whose size is not a number waits for others, but not for ever", async () => {
    const meter = new BudgetMeter({ totalTokens: 100 }, undefined);
    const reservations = new Reservations().models;
    const broken = await reservations.reserve(meter, estimate({ maxTokens: Number.NaN }), signal);
    const behind = Promise.resolve(reservations.reserve(meter, estimate(), signal));
    broken.settle();
    expect(await behind).toMatchObject({ maxTokens: 20 });
    (await behind).settle();
    expect(meter.inFlight).toMatchObject({ totalTokens: 0, costUsd: 0 });
  });

  test("1,000 rounds of 100 at once: none is over, none fails early", async () => {
    for (let round = 0; round < 1000; round += 1) {
      const meter = new BudgetMeter({ totalTokens: 100 * 30 }, undefined);
      const reservations = new Reservations().models;
      let most = 0;
      const request = async (index: number): Promise<void> => {
        const reserved = await reservations.reserve(meter, estimate(), signal);
        most = Math.max(most, meter.spent.totalTokens + meter.inFlight.totalTokens);
        if (index % 3 === 0) await undefined;
        meter.add({ totalTokens: 30 });
        reserved.settle();
      };
      await Promise.all(Array.from({ length: 100 }, (_, index) => request(index)));
      expect([meter.spent.totalTokens, meter.inFlight.totalTokens, most]).toEqual([3000, 0, 3000]);
    }
  });
});

describe("a budget of cost", () => {
  test("limits the answer to the remaining budget", () => {
    const meter = new BudgetMeter({ costUsd: 0.00005 }, undefined);
    const reservations = new Reservations().models;
    expect(reservations.reserve(meter, estimate({ maxTokens: 1000 }), signal)).toMatchObject({ maxTokens: 20 });
    expect(meter.inFlight.costUsd).toBeCloseTo(0.00005);
  });

  test("needs the price", () => {
    const meter = new BudgetMeter({ costUsd: 1 }, undefined);
    const refused = (): unknown => new Reservations().models.reserve(meter, estimate({ cost: undefined }), signal);
    expect(refused).toThrow(expect.objectContaining({ code: "ICE_PRICE_UNKNOWN" }));
  });
});
