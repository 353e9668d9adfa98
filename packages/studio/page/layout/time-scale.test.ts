import { expect, test } from "vitest";
import { timeScale } from "./time-scale.ts";

test("without idle times places are proportional to times", () => {
  const scale = timeScale([{ start: 100, end: 1100 }], 100, 1100);
  expect([scale.at(0), scale.at(100), scale.at(600), scale.at(1100), scale.at(9999)]).toEqual([0, 0, 0.5, 1, 1]);
  expect(scale).toMatchObject({ folded: false, activeMs: 1000 });
  expect(scale.ticks.map(({ ms }) => ms)).toEqual([0, 200, 400, 600, 800, 1000]);
});

test("a long wait takes little room", () => {
  const scale = timeScale(
    [
      { start: 0, end: 5000 },
      { start: 3_600_000, end: 3_605_000 },
    ],
    0,
    3_605_000,
  );
  expect(scale.folded).toBe(true);
  expect(scale.activeMs).toBe(10_000);
  expect(scale.at(5000)).toBeCloseTo(5 / 12);
  expect(scale.at(3_600_000)).toBeCloseTo(7 / 12);
  expect(scale.ticks.filter(({ isFold }) => isFold)).toHaveLength(1);
});

test("a run without anything, or of no length, has a scale too", () => {
  expect(timeScale([], 5, 5).at(5)).toBe(0);
  expect(timeScale([{ start: 5, end: 5 }], 5, 5).ticks).toEqual([]);
});
