import { expect, test } from "vitest";
import { setValueAt, valueAt, withoutValueAt } from "./blob-paths.ts";

test("the value at a path is found through objects alone", () => {
  const root = { a: { b: { c: 1 }, list: [1], text: "x" }, n: null };
  expect([valueAt(root, "a.b.c"), valueAt(root, "a.b"), valueAt(root, "n")]).toEqual([1, { c: 1 }, null]);
  for (const valuePath of [
    "b",
    "a.x",
    "a.b.c.d",
    "a.list.0",
    "a.list.length",
    "a.text.length",
    "n.x",
    "toString",
    "a.constructor",
  ])
    expect(valueAt(root, valuePath), valuePath).toBeUndefined();
});

test("a removed value can be put back; the rest is shared and unchanged", () => {
  const root = { a: { b: { c: 1, d: 2 }, e: {} }, f: [] };
  const rest = withoutValueAt(root, "a.b.c");
  expect(rest).toEqual({ a: { b: { d: 2 }, e: {} }, f: [] });
  expect(root.a.b).toEqual({ c: 1, d: 2 });
  expect([(rest["a"] as typeof root.a).e, rest["f"]]).toEqual([root.a.e, root.f]);
  expect((rest["a"] as typeof root.a).e).toBe(root.a.e);
  expect(withoutValueAt(root, "f")).toEqual({ a: root.a });
  expect(setValueAt(rest, "a.b.c", 1)).toBe(true);
  expect(rest).toEqual(root);
  expect(setValueAt(rest, "g", 3)).toBe(true);
  expect(rest["g"]).toBe(3);
});

test("nothing is inserted at a position that is taken or unreachable", () => {
  const root = { a: { b: 1, list: [] } };
  for (const valuePath of ["a", "a.b", "a.b.c", "a.list.0", "x.y", "a.x.y"])
    expect(setValueAt(root, valuePath, 2), valuePath).toBe(false);
  expect(root).toEqual({ a: { b: 1, list: [] } });
});
