import { afterEach, expect, test } from "vitest";
import { mayTry, reportConnected, tryNow } from "./connection.ts";

afterEach(() => reportConnected(true));

test("while the server answers, everything is sent", () => {
  expect([mayTry(0), mayTry(0)]).toEqual([true, true]);
});

test("without a server, one request at a time is sent, after pauses that become longer", () => {
  reportConnected(false);
  const sent = [];
  for (let now = 0; now < 60_000; now += 100) if (mayTry(now, 0)) sent.push(now / 1000);
  expect(sent).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55]);
});

test("at most half of a pause is left out, and a person need not wait", () => {
  reportConnected(false);
  expect([mayTry(0, 1), mayTry(400, 1), mayTry(500, 1)]).toEqual([true, false, true]);
  expect(mayTry(600, 0)).toBe(false);
  tryNow();
  expect(mayTry(600, 0)).toBe(true);
});
