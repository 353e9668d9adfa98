import { expect, test } from "vitest";
import { collect } from "../forms/collect.ts";
import { fieldOf } from "../forms/fields.ts";
import { editableInputs, mergedInputs } from "./edited-inputs.ts";

const form = fieldOf({
  type: "object",
  properties: { margin: { type: "number" }, note: { type: "string" }, items: { type: "array", items: {} } },
});
const inputs = { margin: 0.4, note: "x", items: [{ id: 1 }], more: true };

test("what is not edited stays as it was", () => {
  const { value } = collect(form, editableInputs(form, inputs));
  expect(mergedInputs(form, inputs, value)).toEqual(inputs);
});

test("a changed input is changed, a cleared one is left out, and one without a field stays", () => {
  const entered = { ...(editableInputs(form, inputs) as object), margin: "0.5", note: undefined };
  const { value } = collect(form, entered);
  expect(mergedInputs(form, inputs, value)).toEqual({ margin: 0.5, items: [{ id: 1 }], more: true });
});

test("long inputs are not edited", () => {
  expect(editableInputs(form, { note: "x".repeat(20_000) })).toBeUndefined();
});
