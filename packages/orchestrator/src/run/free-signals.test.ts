import { expect, test } from "vitest";
import { FreeSignals, type KeptSignal } from "./free-signals.ts";

const kept = (index: number, name: string): KeptSignal => ({
  index,
  signal: { id: `s${index}`, name, path: "", value: index, by: null, at: 0 },
});
const always = (): boolean => true;

test("the oldest of several names comes first, and one that is given back takes its place again", () => {
  const free = new FreeSignals();
  const [a, b, c] = [kept(0, "x"), kept(1, "y"), kept(2, "x")];
  for (const one of [a, b, c]) free.add(one);
  expect(free.oldest(["y", "x"], always)).toBe(a);
  free.remove(a);
  expect(free.oldest(["x", "y"], always)).toBe(b);
  expect(free.oldest(["x", "y"], ({ index }) => index > 1)).toBe(c);
  free.add(a);
  expect(free.oldest(["y", "x"], always)).toBe(a);
  expect(free.named(["x"]).map(({ id }) => id)).toEqual(["s0", "s2"]);
});

test("a name without free signals is forgotten", () => {
  const free = new FreeSignals();
  const only = kept(0, "toString");
  expect(free.oldest(["toString"], always)).toBeUndefined();
  free.add(only);
  free.remove(only);
  expect(free.oldest(["toString"], always)).toBeUndefined();
  expect(free.named(["toString"])).toEqual([]);
});
