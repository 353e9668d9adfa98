import { expect, test } from "vitest";
import { z } from "zod";
import type { JsonObject } from "@ice/core";
import { smallestMatch } from "./smallest-match.ts";

test.each<[string, z.ZodType, unknown]>([
  ["required fields only", z.object({ a: z.string(), b: z.string().optional() }), { a: "" }],
  ["defaults", z.object({ a: z.number().default(3) }), { a: 3 }],
  ["the first of several values", z.enum(["x", "y"]), "x"],
  ["a constant", z.literal(5), 5],
  ["null where it may be", z.string().nullable(), null],
  ["the least number", z.number().min(3).max(9), 3],
  ["the number nearest to 0", z.number().max(-2), -2],
  ["more than", z.int().gt(3), 4],
  ["a multiple", z.number().min(4).multipleOf(3), 6],
  ["as many entries as there must be", z.array(z.boolean()).min(2), [false, false]],
  ["a text as long as it must be", z.string().min(3), "xxx"],
  ["a moment", z.iso.datetime(), "2000-01-01T00:00:00Z"],
  ["the first alternative", z.union([z.object({ kind: z.literal("a") }), z.number()]), { kind: "a" }],
  ["all of several", z.intersection(z.object({ a: z.number() }), z.object({ b: z.number() })), { a: 0, b: 0 }],
  ["a list that ends", z.object({ children: z.lazy(() => z.array(z.string())) }), { children: [] }],
])("%s", (_, schema, match) => {
  const jsonSchema = z.toJSONSchema(schema) as JsonObject;
  expect(smallestMatch(jsonSchema)).toEqual(match);
});

test("references are followed, and an infinite schema is refused", () => {
  const list: JsonObject = {
    $ref: "#/$defs/list",
    $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } },
  };
  expect(smallestMatch(list)).toEqual([]);
  const endless: JsonObject = { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] };
  expect(() => smallestMatch(endless)).toThrow(expect.objectContaining({ code: "ICE_MODEL_REJECTED" }));
  expect(() => smallestMatch({ type: "array", minItems: 1e9, items: {} })).toThrow(
    expect.objectContaining({ code: "ICE_MODEL_REJECTED" }),
  );
});
