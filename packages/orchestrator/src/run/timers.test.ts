import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { Timers } from "./timers.ts";

test("once all timers are cancelled, none is set any more: what still runs then keeps no process", async () => {
  const clock = createFakeClock(0);
  const timers = new Timers(clock);
  const fired: string[] = [];
  timers.set(10, () => fired.push("before"));
  timers.cancelAll();
  const cancel = timers.set(10, () => fired.push("after"));
  expect(clock.pending).toBe(0);
  await clock.advance(20);
  cancel();
  expect(fired).toEqual([]);
});
