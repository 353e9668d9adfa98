import { expect, test } from "vitest";
import { timeScale } from "./time-scale.ts";

test("without idle times places are proportional to times", () => {
  const scale = timeScale([{ start: 100, end: 1100 }], 100, 1100);
  expect([scale.at(0), scale.at(100), scale.at(600), scale.at(1100), scale.at(9999)]).toEqual([0, 0, 0.5, 1, 1]);
  expect(scale).toMatchObject({ foldedMs: 0, activeMs: 1000 });
  expect(scale.ticks(600).map(({ label }) => label)).toEqual(["0", "200 ms", "400 ms", "600 ms", "800 ms", "1 s"]);
  expect(scale.ticks(300).map(({ label }) => label)).toEqual(["0", "500 ms", "1 s"]);
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
  expect(scale).toMatchObject({ activeMs: 10_000, foldedMs: 3_595_000 });
  expect([scale.at(5000), scale.at(3_600_000)]).toEqual([expect.closeTo(0.4), expect.closeTo(0.6)]);
  expect(scale.ticks(600).filter(({ isFold }) => isFold)).toEqual([
    { place: expect.closeTo(0.5), label: "59 min 55 s", isFold: true },
  ]);
});

test("a wait after work of no length is wide enough to be seen, and many waits leave room for the work", () => {
  const waits = (count: number) =>
    timeScale(
      Array.from({ length: count + 1 }, (_, at) => ({ start: at * 60_000, end: at * 60_000 + 1 })),
      0,
      count * 60_000 + 1,
    );
  for (const [count, room] of [
    [1, 0.2],
    [3, 0.2],
    [12, 0.05],
  ] as const)
    expect(waits(count).at(60_000) - waits(count).at(1)).toBeCloseTo(room);
  expect(timeScale([], 0, 5000).at(2500)).toBe(0.5);
});

test.each([1000, 740, 320, 90])("labels on %d pixels do not stand on each other, nor twice", (width) => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = randomFrom(seed);
    const active = Array.from({ length: Math.ceil(random() * 8) }, () => {
      const start = random() * 10 ** (2 + random() * 5);
      return { start, end: start + random() * 10 ** (random() * 4) };
    });
    const ticks = timeScale(active, 0, Math.max(...active.map(({ end }) => end)) + random() * 5000).ticks(width);
    const pixels = (label: string): number => label.length * 6.5;
    ticks.forEach(({ place, label, isFold }, at) => {
      const next = ticks[at + 1];
      if (next === undefined) return;
      const end = place * width + pixels(label) / (isFold ? 2 : 1);
      expect(next.place * width - (next.isFold ? pixels(next.label) / 2 : 0)).toBeGreaterThan(end);
    });
    const moments = ticks.filter(({ isFold }) => !isFold).map(({ label }) => label);
    expect(new Set(moments).size).toBe(moments.length);
  }
});

test("a run without anything, or of no length, has a scale too", () => {
  expect(timeScale([], 5, 5).at(5)).toBe(0);
  expect(timeScale([{ start: 5, end: 5 }], 5, 5).ticks(600)).toEqual([]);
});

/** Numbers from 0 to 1, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
