import { expect, test } from "vitest";
import { nameTools } from "./tool-names.ts";

const namesOf = (...names: readonly string[]): string[] => [...nameTools(names.map((name) => ({ name }))).keys()];

test("a name keeps what clients accept of it", () => {
  expect(namesOf("greet", "a b/ä.c", "x".repeat(100))).toEqual(["greet", "a_b___c", "x".repeat(64)]);
});

test("names that would be the same end in six digits of a hash, except the one that is called so", () => {
  const [kept, ...others] = namesOf("a b", "a.b", "a_b");
  expect(kept).toBe("a_b");
  expect(new Set(others).size).toBe(2);
  for (const name of others) expect(name).toMatch(/^a_b_[0-9a-f]{6}$/);
});

test("a name does not depend on the order, or on what it does not collide with", () => {
  expect(new Set(namesOf("a.b", "a b"))).toEqual(
    new Set(namesOf("a b", "other", "a.b").filter((name) => name !== "other")),
  );
  const long = ["x".repeat(70), "x".repeat(80)];
  for (const name of namesOf(...long)) expect(name).toMatch(/^x{57}_[0-9a-f]{6}$/);
});

test("of two entries with one name, the first keeps it", () => {
  const [first, second] = [
    { name: "a", kind: 1 },
    { name: "a", kind: 2 },
  ];
  const named = nameTools([first, second]);
  expect(named.get("a")).toBe(first);
  expect([...named.values()]).toHaveLength(2);
});

test("ten thousand names that would be the same get different ones", () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `x${" .:/"[index % 4]}${"é".repeat(70)}${index}`);
  expect(namesOf(...names)).toHaveLength(10_000);
});
