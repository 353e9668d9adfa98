import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Allowances } from "./allowances.ts";
import { BudgetMeter } from "./budget.ts";
import { Reservations } from "./reservations.ts";

const never = new AbortController().signal;
const anything = { usesAtMost: {}, isUnderWay: false };
const oneCall = { usesAtMost: { toolCalls: 1, llmCalls: 0, totalTokens: 0, costUsd: 0 }, isUnderWay: false };
const grantOf = (allowances: Allowances, meter: BudgetMeter, asked = anything, signal = never) =>
  allowances.grant(meter, asked, () => signal);
const toolCall = { what: "toolCalls", path: "a" } as const;

describe("what an attempt may use", () => {
  test("is everything that the narrowest budget around leaves; nothing where nothing is limited", async () => {
    const { allowances } = new Reservations();
    const outer = new BudgetMeter({ toolCalls: 9, costUsd: 2, nodes: 1 }, undefined);
    const inner = new BudgetMeter({ toolCalls: 20, llmCalls: 3 }, outer);
    inner.reserve("toolCalls", "a");
    inner.add({ costUsd: 0.5 });
    expect(await grantOf(allowances, inner)).toMatchObject({ allowance: { toolCalls: 8, llmCalls: 3, costUsd: 1.5 } });
    const unlimited = new BudgetMeter({ nodes: 5 }, undefined);
    expect(await grantOf(allowances, unlimited)).toMatchObject({ allowance: undefined });
    const tokens = new BudgetMeter({ totalTokens: 5 }, undefined);
    expect(await grantOf(allowances, tokens, oneCall)).toMatchObject({ allowance: undefined });
  });

  test("is nothing when all is used up: a node that uses none of it runs all the same", async () => {
    const meter = new BudgetMeter({ toolCalls: 1 }, undefined);
    meter.reserve("toolCalls", "a");
    expect(await grantOf(new Reservations().allowances, meter)).toMatchObject({ allowance: { toolCalls: 0 } });
  });

  test("waits until nothing else is reserved, in order of arrival, and has what is left then", async () => {
    const { allowances, models } = new Reservations();
    const meter = new BudgetMeter({ totalTokens: 100, toolCalls: 4 }, undefined);
    const request = { path: "a", model: "p/m", inputTokens: 10, maxTokens: 20, cost: undefined };
    const reserved = await models.reserve(meter, request, never);
    const events: unknown[] = [];
    const first = Promise.resolve(grantOf(allowances, meter)).then((grant) => {
      events.push(grant.allowance);
      return grant;
    });
    const second = Promise.resolve(models.reserve(meter, request, never)).then(() => void events.push("request"));
    await nextTurn();
    expect(events).toEqual([]);
    meter.add({ totalTokens: 25 });
    reserved.settle();
    const grant = await first;
    await nextTurn();
    expect(events).toEqual([{ totalTokens: 75, toolCalls: 4 }]);
    grant.settle();
    grant.settle();
    await second;
    expect(meter.inFlight).toMatchObject({ totalTokens: 30, toolCalls: 0 });
  });

  test("does not wait for itself where it is under way already: it is reserved at once", async () => {
    const { allowances } = new Reservations();
    const meter = new BudgetMeter({ toolCalls: 3 }, undefined);
    const [first] = [await grantOf(allowances, meter, oneCall)];
    const again = grantOf(allowances, meter, { ...anything, isUnderWay: true });
    expect(again).toMatchObject({ allowance: { toolCalls: 2 } });
    first.settle();
  });

  test("is not reserved for an attempt that ends while it waits for it", async () => {
    const { allowances } = new Reservations();
    const meter = new BudgetMeter({ toolCalls: 3 }, undefined);
    const grant = await grantOf(allowances, meter);
    const cancel = new AbortController();
    const waiting = Promise.resolve(grantOf(allowances, meter, anything, cancel.signal));
    cancel.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    grant.settle();
    expect(await grantOf(allowances, meter)).toMatchObject({ allowance: { toolCalls: 3 } });
  });
});

describe("a call of this process", () => {
  test("is counted at once beside what others may use, waits for the rest, and is refused when that is used", async () => {
    const { allowances } = new Reservations();
    const meter = new BudgetMeter({ toolCalls: 3 }, undefined);
    const [one, two] = [await grantOf(allowances, meter, oneCall), await grantOf(allowances, meter, oneCall)];
    expect(allowances.count(meter, toolCall, () => never)).toBeUndefined();
    const [third, fourth] = [0, 1].map(() => allowances.count(meter, toolCall, () => never));
    expect(meter.spent.toolCalls).toBe(1);
    one.settle();
    expect(await third).toBe(true);
    meter.add({ toolCalls: 1 });
    two.settle();
    await expect(fourth).rejects.toMatchObject({ code: "ICE_BUDGET_EXCEEDED", path: "a" });
    expect(meter.spent.toolCalls).toBe(3);
  });
});
