import { expect, test } from "vitest";
import type { JsonObject } from "../api/types.ts";
import { collect, remaining } from "./collect.ts";
import { fieldOf, initialOf, numberedField, withChoice, type Entered } from "./fields.ts";

const decision = {
  type: "object",
  properties: {
    decision: { type: "string", enum: ["publish", "hold"] },
    discount: { type: "integer", minimum: 0, maximum: 30 },
    gift: { type: "boolean" },
    note: { type: "string", maxLength: 500 },
    address: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    tags: { type: "array", items: { type: "string" } },
    anything: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
  required: ["decision"],
} satisfies JsonObject;
const send = (schema: JsonObject, entered: Entered) => {
  const { value, problems } = collect(fieldOf(schema), entered);
  return { value, problems: Object.fromEntries(problems) };
};

test("each kind of schema has its field", () => {
  const kinds = fieldOf(decision).fields.map(({ key, kind }) => [key, kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    decision: "radio",
    discount: "number",
    gift: "boolean",
    note: "long",
    address: "group",
    tags: "rows",
    anything: "json",
  });
  expect(fieldOf({ enum: ["a", "b", "c", "d", "e", "f"] }).kind).toBe("select");
  expect(fieldOf({}).kind).toBe("json");
});

test("nothing is chosen at first but a declared default", () => {
  expect(initialOf(fieldOf({ type: "boolean" }))).toBeUndefined();
  expect(initialOf(fieldOf({ type: "boolean", default: false }))).toBe("false");
  expect(initialOf(fieldOf({ enum: ["a", "b"] }))).toBeUndefined();
  expect(initialOf(fieldOf({ enum: ["a", "b"], default: "b" }))).toBe('"b"');
  expect(initialOf(fieldOf({ type: "object", properties: { n: { type: "number", default: 3 } } }))).toEqual({ n: "3" });
});

test("what is required and missing has a problem at its place", () => {
  expect(send(decision, {}).problems).toEqual({ decision: "Choose one." });
  expect(send(decision, { decision: '"hold"', discount: "31" }).problems).toEqual({ discount: "Enter 30 or less." });
  expect(send(decision, { decision: '"hold"', discount: "1.5" }).problems).toEqual({
    discount: "Enter a whole number.",
  });
  expect(send(decision, { decision: '"hold"', discount: "ten" }).problems).toEqual({ discount: "Enter a number." });
  expect(send(decision, { decision: '"hold"', anything: "{" }).problems).toEqual({
    anything: "This is not valid JSON.",
  });
});

test("only what was entered is sent", () => {
  expect(send(decision, { decision: '"hold"', note: "", address: { city: undefined } }).value).toEqual({
    decision: "hold",
  });
  const all = {
    decision: '"publish"',
    discount: "10",
    gift: "false",
    note: "Go",
    address: { city: "Bonn" },
    tags: ["a"],
  };
  expect(send(decision, { ...all, anything: "null" }).value).toEqual({
    decision: "publish",
    discount: 10,
    gift: false,
    note: "Go",
    address: { city: "Bonn" },
    tags: ["a"],
    anything: null,
  });
});

test("numbers choose in the form itself, or in the first choice of a group", () => {
  expect(numberedField(fieldOf(decision))).toEqual({ path: "decision", options: ["publish", "hold"] });
  expect(numberedField(fieldOf({ enum: ["a"] }))).toEqual({ path: "", options: ["a"] });
  expect(numberedField(fieldOf({ type: "boolean" }))).toBeUndefined();
  expect(withChoice({ note: "x" }, "decision", '"hold"')).toEqual({ note: "x", decision: '"hold"' });
  expect(withChoice(undefined, "", '"a"')).toBe('"a"');
});

test("a problem goes away when it is solved, and no other one appears before the next try", () => {
  const shown = new Map([
    ["decision", "Choose one."],
    ["discount", "Enter a number."],
  ]);
  const found = new Map([
    ["discount", "Enter 30 or less."],
    ["tags[0]", "This is required."],
  ]);
  expect([...remaining(shown, found)]).toEqual([["discount", "Enter 30 or less."]]);
});
