import { expect, test } from "vitest";
import { StepTime } from "./step-time.ts";

test("a node that starts because another has ended starts at that time; everything else reads the clock", () => {
  let now = 0;
  const time = new StepTime({ now: () => (now += 10) } as never);
  expect([time.read(), time.take(), time.take()]).toEqual([10, 10, 20]);
  expect(time.read()).toBe(30);
  time.forget();
  expect(time.take()).toBe(40);
});
