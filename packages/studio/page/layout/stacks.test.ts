import { expect, test } from "vitest";
import type { Box } from "./layered.ts";
import { layeredInStacks } from "./stacks.ts";

const card = (id: string, ...after: readonly string[]): Box => ({ id, width: 100, height: 54, after });
const high = (id: string, ...after: readonly string[]): Box => ({ id, width: 400, height: 300, after });

test("a chain beside a high box stands upright, in its order", () => {
  const { places, width } = layeredInStacks([
    card("a"),
    high("box", "a"),
    card("b", "box"),
    card("c", "b"),
    card("d", "c"),
  ]);
  expect(["b", "c", "d"].map((id) => places.get(id)!.x)).toEqual([564, 564, 564]);
  expect(places.get("c")!.y).toBe(places.get("b")!.y + 78);
  expect(places.get("d")!.y).toBe(places.get("c")!.y + 78);
  expect(width).toBe(100 + 32 + 400 + 32 + 100);
});

test("a chain of more than four goes on in the next column", () => {
  const cards = ["b", "c", "d", "e", "f"].map((id, at) => card(id, at === 0 ? "box" : "bcdef"[at - 1]!));
  const { places } = layeredInStacks([high("box"), ...cards]);
  expect(places.get("f")!.x).toBeGreaterThan(places.get("e")!.x);
});

test("without a high box, and where ways part, cards stand side by side", () => {
  const flat = layeredInStacks([card("a"), card("b", "a"), card("c", "b")]).places;
  expect(flat.get("c")!.x).toBeGreaterThan(flat.get("b")!.x);
  const parted = layeredInStacks([high("box"), card("b", "box"), card("c", "b"), card("d", "b")]).places;
  expect(parted.get("c")!.x).toBeGreaterThan(parted.get("b")!.x);
});
