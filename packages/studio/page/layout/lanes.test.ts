import { expect, test } from "vitest";
import { laneOf } from "./lanes.ts";

const line = { x1: 100, y1: 50, x2: 300, y2: 50 };
const area = (y: number, height = 40) => ({ x: 150, y, width: 100, height });

test("a line that meets nothing needs no lane", () => {
  expect(laneOf(line, [])).toBeUndefined();
  expect(laneOf(line, [area(100)])).toBeUndefined();
  expect(laneOf(line, [{ x: 0, y: 30, width: 90, height: 40 }])).toBeUndefined();
});

test("a line passes what stands in its way on the nearer side", () => {
  expect(laneOf(line, [area(35)])).toEqual({ x1: 150, x2: 250, y: 23 });
  expect(laneOf(line, [area(25)])).toEqual({ x1: 150, x2: 250, y: 77 });
});

test("a lane lies in no other area", () => {
  expect(laneOf(line, [area(35), area(-20, 50)])).toMatchObject({ y: 87 });
});
