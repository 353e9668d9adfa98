import { expect, test } from "vitest";
import { articled } from "./articled.ts";

test.each([
  ["int", "an int"],
  ["integer", "an integer"],
  ["object", "an object"],
  ["array", "an array"],
  ["optional_type", "an optional_type"],
  ["Error", "an Error"],
  ["unknown", "an unknown"],
  ["uint", "a uint"],
  ["Uint8Array", "a Uint8Array"],
  ["user", "a user"],
  ["union", "a union"],
  ["list", "a list"],
  ["Map", "a Map"],
  ["null", "null"],
  ["undefined", "undefined"],
])("%s has its article: %s", (word, text) => {
  expect(articled(word)).toBe(text);
});
