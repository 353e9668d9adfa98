import { expect, test } from "vitest";
import { z } from "zod";
import { jsonSchemaOf } from "./json-schema-of.ts";
import { schemaFields } from "./schema-fields.ts";

const shortly = (schema: Parameters<typeof schemaFields>[0]): string[] =>
  schemaFields(schema).map(({ path, required, type }) => `${path}${required ? "*" : ""} ${type}`);

test("nested fields follow the field that contains them", () => {
  const point = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
  const schema = {
    type: "object",
    required: ["list"],
    properties: {
      object: { ...point, description: "Where." },
      list: { type: "array", items: point, default: [] },
      map: { type: "object", additionalProperties: point },
      either: { anyOf: [{ enum: ["a", "b"] }, point] },
      deep: { type: "array", items: { type: "array", items: point } },
    },
  };
  expect(shortly(schema)).toEqual([
    "object object",
    "object.x* number",
    "list* list of object",
    "list[].x* number",
    "map map of object",
    "map.*.x* number",
    "either `a` | `b` | object",
    "either.x* number",
    "deep list of list of object",
    "deep[][].x* number",
  ]);
  expect(schemaFields(schema)[0]).toMatchObject({ description: "Where.", default: undefined });
  expect(schemaFields(schema)[2]).toMatchObject({ description: "", default: [] });
});

test("a nullable field is marked, however the schema expresses it", () => {
  const nullable = z.object({
    text: z.string().nullable(),
    list: z.array(z.number()).nullable(),
    point: z.object({ x: z.number().nullable() }).nullable(),
    word: z.enum(["a", "b"]).nullable(),
  });
  const expected = [
    "text* string | null",
    "list* list of number | null",
    "point* object | null",
    "point.x* number | null",
    "word* `a` | `b` | null",
  ];
  expect(shortly(jsonSchemaOf(nullable, "output"))).toEqual(expected);
  const types = { text: { type: ["string", "null"] }, list: { type: ["array", "null"], items: { type: "number" } } };
  expect(shortly({ type: "object", properties: types })).toEqual(["text string | null", "list list of number | null"]);
});

test("a value that is not an object is one field without a path", () => {
  expect(shortly({ type: "array", items: { $ref: "#/$defs/node" } })).toEqual([" list of nodes"]);
  expect(shortly({ type: "object", additionalProperties: true })).toEqual([" object"]);
  expect(shortly({ const: 1 })).toEqual([" `1`"]);
  expect(shortly({})).toEqual([" any JSON"]);
});
