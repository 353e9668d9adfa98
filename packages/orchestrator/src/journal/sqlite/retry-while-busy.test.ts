import { createFakeClock, type FakeClock } from "@ice/testing";
import { beforeEach, expect, test } from "vitest";
import { retryWhileBusy } from "./retry-while-busy.ts";

const busy = Object.assign(new Error("database is locked"), { errcode: 5 });

let clock: FakeClock;
/** Times of the attempts, in milliseconds from the start. */
let tries: number[];
let begin: number;
beforeEach(() => {
  clock = createFakeClock();
  begin = clock.now();
  tries = [];
});

/** Fails this many times. */
function failing(times: number, error: unknown) {
  return () => {
    tries.push(clock.now() - begin);
    if (tries.length <= times) throw error;
    return "done";
  };
}
const busyRetry = (lockedMs: number) => ({ clock, path: "/data/ice.db", lockedMs });

test("a locked store is tried again, after waits that grow to 50 ms", async () => {
  expect(await clock.runUntil(retryWhileBusy(failing(8, busy), busyRetry(5000)))).toBe("done");
  expect(tries).toEqual([0, 1, 3, 8, 18, 38, 88, 138, 188]);
  expect(clock.pending).toBe(0);
});

test("it fails when the delays add up to the limit", async () => {
  for (const [lockedMs, expected] of [
    [0, [0]],
    [8, [0, 1, 3, 8]],
    [9, [0, 1, 3, 8, 18]],
  ] as const) {
    tries = [];
    begin = clock.now();
    await expect(clock.runUntil(retryWhileBusy(failing(Infinity, busy), busyRetry(lockedMs)))).rejects.toMatchObject({
      code: "ICE_STORE_LOCKED",
      cause: busy,
    });
    expect(tries).toEqual(expected);
  }
});

test("any other failure shows at once, as an error of the store", async () => {
  const full = Object.assign(new Error("disk full"), { errcode: 13 });
  await expect(retryWhileBusy(failing(1, full), busyRetry(5000))).rejects.toMatchObject({ code: "ICE_STORE_FULL" });
  await expect(retryWhileBusy(() => Promise.reject(full), busyRetry(5000))).rejects.toMatchObject({
    code: "ICE_STORE_FULL",
  });
  expect(tries).toEqual([0]);
});
