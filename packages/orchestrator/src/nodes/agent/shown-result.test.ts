import type { Json } from "@ice/core";
import { endlessTimeSlice, type TimeSlice } from "@ice/core/internal";
import { expect, test } from "vitest";
import { shownResult } from "./shown-result.ts";

const item = { name: 'some "name"', n: [1, 2.5, null, true], ünï: "日本 👍" };
const values: readonly Json[] = [
  "text",
  'with "quotes" 👍 and a lone \ud800',
  "\uFEFFwith a mark",
  7,
  null,
  [],
  {},
  [[], {}, ""],
  { "": [1], "1": "one" },
  Array.from({ length: 500 }, () => item),
  { deep: [[[Array.from({ length: 300 }, (_, n) => ({ [`k${n}`]: "x".repeat(n) }))]]] },
  ["x".repeat(20_000), "日".repeat(10_000)],
];

test("a result is shown as it is, or its JSON is cut at a whole character", () => {
  for (const value of values)
    for (const most of [1, 2, 7, 100, 4095, 4096, 4097, 20_001, 1e6]) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const bytes = Buffer.from(text);
      const shown = shownResult({ result: value }, most, endlessTimeSlice);
      if (bytes.length <= most) expect(shown).toBe(value);
      else {
        const [, begin, count] = /^([^]*)… \[cut, (\d+) bytes in all\]$/.exec(shown as string)!;
        expect(Number(count)).toBe(bytes.length);
        expect(text.toWellFormed().startsWith(begin!)).toBe(true);
        expect(most - Buffer.byteLength(begin!)).toBeLessThan(4);
        expect(Buffer.byteLength(begin!)).toBeLessThanOrEqual(most);
      }
    }
});

test("an error is shown in an object", () => {
  const error = { code: "X", message: "no" };
  expect(shownResult({ error }, 100, endlessTimeSlice)).toEqual({ error });
});

test("a large one takes turns of the event loop", async () => {
  let turns = 0;
  const slice: TimeSlice = {
    ...endlessTimeSlice,
    isOver: () => true,
    next: () => {
      turns += 1;
      return Promise.resolve();
    },
  };
  const shown = shownResult({ result: Array.from({ length: 20_000 }, () => item) }, 65_536, slice);
  expect(shown).toBeInstanceOf(Promise);
  expect(await shown).toMatch(/cut, \d{7} bytes in all\]$/);
  expect(turns).toBeGreaterThan(1000);
});
