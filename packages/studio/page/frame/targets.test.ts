import { expect, test } from "vitest";
import { matching, typedRun, type Target } from "./targets.ts";

const target = (name: string, note: string): Target => ({ name, note, icon: "runs", href: `/x/${name}` });
const targets = [
  target("Runs", "page"),
  target("nightly-prices", "workflow, stored"),
  target("price-check", "workflow, registered"),
  target("price-check 01a9f2c4…91d6", "run, failed"),
  target("price_item", "tool"),
];
const found = (text: string): string[] => matching(targets, text).map(({ name }) => name);

test("what begins with the text comes first, then what contains it", () => {
  expect(found("price")).toEqual(["price-check", "price-check 01a9f2c4…91d6", "price_item", "nightly-prices"]);
  expect(found("")).toEqual(targets.map(({ name }) => name));
});

test("words match the name and what it is, in any order", () => {
  expect(found("failed price")).toEqual(["price-check 01a9f2c4…91d6"]);
  expect(found("TOOL")).toEqual(["price_item"]);
  expect(found("nothing")).toEqual([]);
});

test("a long id is a run, also of a network, and a word is none", () => {
  expect(typedRun("01a9f2c4-91d6.order")).toMatchObject([{ href: "/runs/01a9f2c4-91d6.order" }]);
  expect(typedRun("prices")).toEqual([]);
  expect(typedRun("two words")).toEqual([]);
});
