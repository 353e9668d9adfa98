import { expect, test } from "vitest";
import { OpenCalls } from "./open-calls.ts";

const limits = { all: 3, perCaller: 2 };

test("a call is cancelled by its id and its caller", () => {
  const calls = new OpenCalls(limits);
  const [first, second] = [calls.open("a", 1), calls.open("b", 1)];
  calls.cancel("a", "1");
  calls.cancel("c", 1);
  expect([first.cancelled.aborted, second.cancelled.aborted]).toEqual([false, false]);
  calls.cancel("a", 1);
  expect([first.cancelled.aborted, second.cancelled.aborted]).toEqual([true, false]);
});

test("of two calls with one id, none is cancelled; of one that is left, that one", () => {
  const calls = new OpenCalls(limits);
  const [first, second] = [calls.open("a", 1), calls.open("a", 1)];
  calls.cancel("a", 1);
  expect([first.cancelled.aborted, second.cancelled.aborted]).toEqual([false, false]);
  first.close();
  calls.cancel("a", 1);
  expect(second.cancelled.aborted).toBe(true);
});

test("there are limits for a caller and for all", () => {
  const calls = new OpenCalls(limits);
  const first = calls.open("a", 1);
  calls.open("a", 2);
  expect(() => calls.open("a", 3)).toThrowError(expect.objectContaining({ code: "ICE_RATE_LIMITED" }));
  calls.open("b", 1);
  expect(() => calls.open("c", 1)).toThrowError(expect.objectContaining({ code: "ICE_RATE_LIMITED" }));
  first.close();
  calls.open("c", 1);
});

test("it is idle when the last call has been closed", async () => {
  const calls = new OpenCalls(limits);
  await calls.whenIdle();
  const call = calls.open("a", 1);
  let isIdle = false;
  const idle = calls.whenIdle().then(() => (isIdle = true));
  await Promise.resolve();
  expect(isIdle).toBe(false);
  call.close();
  await idle;
});
