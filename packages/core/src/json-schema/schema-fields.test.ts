import { expect, test } from "vitest";
import { schemaFields } from "./schema-fields.ts";

const shortly = (schema: Parameters<typeof schemaFields>[0]): string[] =>
  schemaFields(schema).map(({ path, required, type }) => `${path}${required ? "*" : ""} ${type}`);

test("nested fields stand behind the field that holds them, whatever holds it", () => {
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

test("a value that is no object is one field without a path", () => {
  expect(shortly({ type: "array", items: { $ref: "#/$defs/node" } })).toEqual([" list of nodes"]);
  expect(shortly({ type: "object", additionalProperties: true })).toEqual([" object"]);
  expect(shortly({ const: 1 })).toEqual([" `1`"]);
  expect(shortly({})).toEqual([" any JSON"]);
});
