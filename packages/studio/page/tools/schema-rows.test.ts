import { expect, test } from "vitest";
import { schemaRows } from "./schema-rows.ts";

test("fields have paths, types, defaults and descriptions, those inside them too", () => {
  const rows = schemaRows({
    type: "object",
    required: ["url"],
    properties: {
      url: { type: "string", description: "Where." },
      method: { enum: ["GET", "POST"], default: "GET" },
      tags: { type: "array", items: { type: "object", properties: { name: { type: ["string", "null"] } } } },
      body: { anyOf: [{ type: "string" }, { type: "object" }, { const: 1 }] },
      limit: { $ref: "#/$defs/limit", description: "At most." },
    },
    $defs: { limit: { type: "integer", description: "Replaced." } },
  });
  expect(rows.map(({ path, type, required }) => [path, type, required])).toEqual([
    ["url", "string", true],
    ["method", '"GET" | "POST"', false],
    ["tags", "object[]", false],
    ["tags[].name", "string | null", false],
    ["body", "string | object | 1", false],
    ["limit", "integer", false],
  ]);
  expect(rows[1]!.preset).toBe("GET");
  expect(rows[5]!.description).toBe("At most.");
});

test("a schema without fields, or one that contains itself, ends", () => {
  expect(schemaRows({})).toEqual([]);
  const rows = schemaRows({
    $ref: "#/$defs/node",
    $defs: { node: { properties: { next: { $ref: "#/$defs/node" } } } },
  });
  expect(rows.map(({ path }) => path)).toEqual(["next", "next.next", "next.next.next"]);
});
