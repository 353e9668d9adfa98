import { expect, test } from "vitest";
import { z } from "zod";
import { isClosed } from "./closed-schema.ts";

test.each<[string, z.ZodType, boolean]>([
  ["a closed object", z.object({ a: z.string(), b: z.array(z.number()) }), true],
  ["an optional field", z.object({ a: z.string().optional() }), false],
  ["an optional field further in", z.object({ a: z.array(z.object({ b: z.string().optional() })) }), false],
  ["an open object", z.looseObject({ a: z.string() }), false],
  ["a map", z.object({ a: z.record(z.string(), z.string()) }), false],
  ["a default", z.object({ a: z.string().default("x") }), false],
  ["a nullable field", z.object({ a: z.string().nullable() }), true],
  ["a keyword that is not supported", z.object({ a: z.string().min(3) }), false],
  ["a format that is supported", z.object({ a: z.iso.date() }), true],
  ["a format that is not", z.object({ a: z.url() }), false],
])("%s", (_, schema, closed) => {
  expect(isClosed(z.toJSONSchema(schema) as never)).toBe(closed);
});

test("schemas that are not closed", () => {
  expect(isClosed(true)).toBe(false);
  expect(isClosed({ type: "object" })).toBe(false);
});
