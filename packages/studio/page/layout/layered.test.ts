import { expect, test } from "vitest";
import { layered, type Box } from "./layered.ts";

const box = (id: string, ...after: readonly string[]): Box => ({ id, width: 100, height: 40, after });

test("each box stands right of what it comes after", () => {
  const boxes = [box("d", "b", "c"), box("b", "a"), box("c", "a"), box("a"), box("e", "a", "d")];
  const { places, width, height } = layered(boxes);
  for (const { id, after } of boxes)
    for (const other of after) expect(places.get(id)!.x).toBeGreaterThanOrEqual(places.get(other)!.x + 100);
  expect(width).toBe(4 * 100 + 3 * 32);
  expect(height).toBe(104);
});

test("no two boxes overlap, and none lies outside", () => {
  const boxes = Array.from({ length: 300 }, (_, at) =>
    box(`n${at}`, ...(at < 20 ? [] : [`n${(at * 7) % (at - 15)}`, `n${(at * 13) % (at - 10)}`])),
  );
  const { places, width, height } = layered(boxes);
  const all = [...places.values()];
  for (const [at, one] of all.entries()) {
    expect(one.x >= 0 && one.y >= 0 && one.x + 100 <= width && one.y + 40 <= height + 0.001).toBe(true);
    for (const other of all.slice(at + 1))
      expect(Math.abs(one.x - other.x) >= 100 || Math.abs(one.y - other.y) >= 40 - 0.001).toBe(true);
  }
});

test("what stands side by side is divided into columns", () => {
  const boxes = Array.from({ length: 200 }, (_, at) => box(`n${at}`));
  const { places, width, height } = layered([...boxes, box("end", "n0")], { column: 10, row: 4 });
  expect(height).toBeLessThanOrEqual(24 * 44);
  expect(width).toBe(10 * 110 - 10);
  expect(places.get("end")!.x).toBe(width - 100);
});

test.each([
  ["40 columns of 25", 25],
  ["one column", 1000],
  ["8 columns of 125", 125],
])("a dense layout of a thousand boxes fills a rectangle without peaks: %s", (_, rows) => {
  const boxes = Array.from({ length: 1000 }, (_, at) => {
    const before = at - (at % rows) - rows;
    return box(`n${at}`, ...(before < 0 ? [] : [`n${at - rows}`, `n${before + ((at * 7) % rows)}`]));
  });
  const { places, width, height } = layered(boxes, { column: 18, row: 18, aspect: 1.6 });
  expect(width / height).toBeGreaterThan(0.5);
  expect(width / height).toBeLessThan(3.2);
  const columns = Map.groupBy(places.values(), ({ x }) => x);
  for (const column of columns.values()) {
    const ys = column.map(({ y }) => y).toSorted((one, other) => one - other);
    const gaps = ys.slice(1).map((y, at) => y - ys[at]!);
    expect(Math.max(0, ...gaps) - Math.min(Infinity, ...gaps)).toBeLessThan(0.001);
  }
});

test("sweeps remove crossings", () => {
  const { places } = layered([box("a"), box("b"), box("x", "b"), box("y", "a")]);
  expect(places.get("a")!.y < places.get("b")!.y).toBe(places.get("y")!.y < places.get("x")!.y);
});

test("a thousand boxes take less than a tenth of a second", () => {
  const boxes = Array.from({ length: 1000 }, (_, at) =>
    box(`n${at}`, ...(at < 40 ? [] : [`n${at - 40}`, `n${at - 33}`])),
  );
  const before = performance.now();
  layered(boxes);
  expect(performance.now() - before).toBeLessThan(100 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
});

test("a circle, a box without a partner and nothing at all are laid out too", () => {
  expect(layered([]).places.size).toBe(0);
  expect(layered([box("a", "b"), box("b", "a"), box("c", "gone")]).places.size).toBe(3);
});
