import { describe, expect, test } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

describe("a fake clock", () => {
  test("does not move until it is advanced", async () => {
    const clock = createFakeClock(1000);
    const fired: string[] = [];
    clock.setTimer(50, () => fired.push(`late ${clock.now()}`));
    clock.setTimer(10, () => fired.push(`early ${clock.now()}`));
    clock.setTimer(10, () => fired.push("second of two at once"));
    await clock.advance(9);
    expect([fired, clock.now(), clock.pending]).toEqual([[], 1009, 3]);
    await clock.advance(100);
    expect(fired).toEqual(["early 1010", "second of two at once", "late 1050"]);
    expect([clock.now(), clock.pending]).toEqual([1109, 0]);
  });

  test("timers set by timers fire on the way; a cancelled one never does", async () => {
    const clock = createFakeClock(0);
    const fired: number[] = [];
    const tick = (): void => {
      fired.push(clock.now());
      if (fired.length < 3) clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    const cancelTimer = clock.setTimer(15, () => fired.push(-1));
    cancelTimer();
    await clock.advance(30);
    expect(fired).toEqual([10, 20, 30]);
  });

  test.each([Number.NaN, -1, Infinity])("refuses to advance by %s, and is unchanged", async (ms) => {
    const clock = createFakeClock(0);
    let fired = 0;
    clock.setTimer(10, () => (fired += 1));
    await expect(clock.advance(ms)).rejects.toThrow(RangeError);
    if (ms !== -1) expect(() => clock.jump(ms)).toThrow(RangeError);
    await clock.advance(10);
    expect([clock.now(), fired]).toEqual([10, 1]);
  });

  test("a timer of NaN is due now, and an infinite one blocks nothing", async () => {
    const clock = createFakeClock(0);
    const fired: string[] = [];
    clock.setTimer(Number.NaN, () => fired.push("none"));
    clock.setTimer(Infinity, () => fired.push("never"));
    clock.setTimer(10, () => fired.push("ten"));
    await clock.advance(1e9);
    expect([fired, clock.pending]).toEqual([["none", "ten"], 1]);
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow("waits for something other than a timer");
    expect(clock.now()).toBe(1e9);
  });

  test("a random source out of bounds loses no timer", async () => {
    const clock = createFakeClock(0, { random: () => 1 });
    let fired = 0;
    for (let timer = 0; timer < 3; timer += 1) clock.setTimer(10, () => (fired += 1));
    await clock.advance(10);
    expect(fired).toBe(3);
  });

  test("its random source orders timers that are due at the same time", async () => {
    const orderOf = async (random: () => number): Promise<string> => {
      const clock = createFakeClock(0, { random });
      let order = "";
      for (const name of ["a", "b", "c"]) clock.setTimer(10, () => (order += name));
      await clock.advance(10);
      return order;
    };
    expect(await orderOf(() => 0)).toBe("abc");
    expect(await orderOf(() => 0.99)).toBe("cba");
  });

  test("when the time jumps, timers keep their remaining delay", async () => {
    const clock = createFakeClock(1000);
    let firedAt = 0;
    clock.setTimer(50, () => (firedAt = clock.now()));
    clock.jump(-900);
    expect(clock.now()).toBe(100);
    await clock.advance(49);
    expect(firedAt).toBe(0);
    await clock.advance(1);
    expect(firedAt).toBe(150);
  });

  test("runUntil settles as the work does", async () => {
    const clock = createFakeClock(0);
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
    const work = async (): Promise<number> => {
      await sleep(3_600_000);
      await sleep(1);
      return clock.now();
    };
    expect(await clock.runUntil(work())).toBe(3_600_001);
    await expect(clock.runUntil(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });

  test("runUntil reports work that never ends", async () => {
    const clock = createFakeClock();
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow("something other than a timer");
    const forever = (): void => void clock.setTimer(1, forever);
    forever();
    await expect(clock.runUntil(new Promise(() => {}), { maxTimers: 5 })).rejects.toThrow("more than 5 timers");
  });
});
