import { expect, test } from "vitest";
import { briefDuration, formatCost, formatDuration, formatMoment, plural, shortId } from "./format.ts";

test.each([
  [0, "0 ms"],
  [411.6, "412 ms"],
  [1000, "1 s"],
  [6412, "6.4 s"],
  [59_940, "59.9 s"],
  [59_990, "1 min"],
  [101_000, "1 min 41 s"],
  [302_000, "5 min 02 s"],
  [86_160_000, "23 h 56 min"],
  [187_200_000, "2 d 04 h"],
])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [59_940, "59.9 s"],
  [101_000, "1.7 min"],
  [120_000, "2 min"],
  [3_596_000, "60 min"],
  [3_600_000, "1 h"],
  [84_960_000, "24 h"],
  [187_200_000, "2.2 d"],
])("%d ms is %s where there is little room", (ms, text) => expect(briefDuration(ms)).toBe(text));

test("moments name the day as people do", () => {
  const at = new Date(2026, 10, 30, 14, 22, 7).getTime();
  expect(formatMoment(at, at + 1000)).toBe("14:22:07 today");
  expect(formatMoment(at, at + 86_400_000)).toBe("14:22:07 yesterday");
  expect(formatMoment(at, at - 86_400_000)).toBe("14:22:07 tomorrow");
  expect(formatMoment(at, at + 5 * 86_400_000)).toBe("2026-11-30 14:22:07");
});

test("ids, counts and costs are short", () => {
  expect(shortId("01a9f2c4-1111-7222-8333-4444444491d6")).toBe("01a9f2c4…91d6");
  expect(shortId("mine")).toBe("mine");
  expect([plural(1, "node"), plural(1014, "node")]).toEqual(["1 node", "1,014 nodes"]);
  expect([0, 0.00001, 0.0042, 0.0123, 0.012, 0.5, 1.5, 2.0049].map(formatCost)).toEqual([
    "$0.00",
    "<$0.0001",
    "$0.0042",
    "$0.0123",
    "$0.012",
    "$0.50",
    "$1.50",
    "$2.00",
  ]);
});
