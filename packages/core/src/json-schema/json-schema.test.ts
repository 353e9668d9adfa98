import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { checkJsonSchema } from "./check-json-schema.ts";
import { compileJsonSchema } from "./compile-json-schema.ts";
import { schemaAllowsPath } from "./schema-path.ts";

const messages = (schema: JsonObject, value: Json): string[] => {
  const result = compileJsonSchema(schema).validate(value);
  return result.ok ? [] : result.issues.map(({ keys, message }) => `${keys.join(".")}: ${message}`);
};

describe("keywords", () => {
  test.each<[JsonObject, Json, Json]>([
    [{ type: "null" }, null, 0],
    [{ type: "boolean" }, false, "false"],
    [{ type: "integer" }, 5.0, 5.5],
    [{ type: "number" }, 5.5, "5"],
    [{ type: "string" }, "", null],
    [{ type: "array" }, [], {}],
    [{ type: "object" }, {}, []],
    [{ type: ["string", "null"] }, null, 1],
    [{ enum: [1, { a: [1] }] }, { a: [1] }, { a: [2] }],
    [{ const: { a: 1, b: 2 } }, { b: 2, a: 1 }, { a: 1 }],
    [{ type: "number", minimum: 1, maximum: 2 }, 2, 2.1],
    [{ type: "number", exclusiveMinimum: 1, exclusiveMaximum: 2 }, 1.5, 2],
    [{ type: "string", minLength: 1, maxLength: 2 }, "😀😀", "😀😀😀"],
    [{ type: "string", pattern: "^a+$" }, "aaa", "ab"],
    [{ type: "array", minItems: 1, maxItems: 2 }, [1], [1, 2, 3]],
    [{ type: "array", items: { type: "string" } }, ["a"], ["a", 1]],
    [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }, { a: "x", b: 1 }, { b: 1 }],
    [{ type: "object", properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }],
    [{ type: "object", additionalProperties: { type: "number" } }, { a: 1 }, { a: "1" }],
    [{ anyOf: [{ type: "string" }, { type: "number" }] }, 1, true],
    [{ oneOf: [{ type: "number" }, { type: "integer" }] }, 1.5, 1],
    [
      {
        allOf: [
          { type: "number", minimum: 1 },
          { type: "number", maximum: 3 },
        ],
      },
      2,
      4,
    ],
    [
      {
        $ref: "#/$defs/tree",
        $defs: { tree: { type: "object", properties: { kids: { type: "array", items: { $ref: "#/$defs/tree" } } } } },
      },
      { kids: [{ kids: [] }] },
      { kids: [{ kids: 1 }] },
    ],
  ])("%j accepts %j and refuses %j", (schema, good, bad) => {
    expect(checkJsonSchema(schema)).toEqual([]);
    expect(messages(schema, good)).toEqual([]);
    expect(messages(schema, bad)).not.toEqual([]);
  });

  test("every mismatch is reported with its position and a message, at most 20", () => {
    const schema = {
      type: "object",
      properties: { n: { type: "integer" }, l: { type: "array", items: { type: "string" } } },
      required: ["n"],
      additionalProperties: false,
    };
    expect(messages(schema, { l: ["a", 2], x: 1 })).toEqual([
      "l.1: must be a string, but is the number 2",
      "x: is not expected (n, l)",
      "n: is missing",
    ]);
    expect(messages({ type: "array", items: { type: "string" } }, Array(50).fill(1))).toHaveLength(20);
  });

  test("a value that nests too deep does not match, and does not overflow the stack", () => {
    const schema = { type: "array", items: { $ref: "#" } };
    let value: Json = [];
    for (let depth = 0; depth < 1000; depth += 1) value = [value];
    expect(messages(schema, value)[0]).toContain("deeper than 64");
  });

  test("defaults fill absent properties, also through allOf, $ref and the alternative that matches", () => {
    const schema = {
      type: "object",
      properties: {
        unit: { type: "string", default: "kg" },
        deep: { type: "object", properties: { n: { default: 1 } } },
      },
      allOf: [{ type: "object", properties: { a: { default: 1 } } }],
      anyOf: [
        { type: "object", properties: { kind: { const: "x" }, x: { default: true } }, required: ["kind"] },
        { type: "object", properties: { y: { default: true } } },
      ],
    };
    const result = compileJsonSchema(schema).validate({ deep: {}, kind: "x" });
    expect(result).toEqual({ ok: true, value: { unit: "kg", deep: { n: 1 }, kind: "x", a: 1, x: true } });
  });

  test("a value that needs no default is returned unchanged", () => {
    const value = { a: [1] };
    expect(compileJsonSchema({ type: "object" }).validate(value)).toEqual({ ok: true, value });
    expect(
      (compileJsonSchema({ type: "object", properties: { a: { type: "array" } } }).validate(value) as { value: Json })
        .value,
    ).toBe(value);
  });

  test("catastrophic patterns are linear", () => {
    const started = cpuTimeMs();
    expect(messages({ type: "string", pattern: "^(a|a)*$" }, `${"a".repeat(50_000)}!`)).toHaveLength(1);
    expect(cpuTimeMs() - started).toBeLessThan(1000);
  });
});

describe("schemas themselves", () => {
  test.each<[unknown, string, RegExp]>([
    [1, "", /object/],
    [{ type: "strin" }, "type", /one of null/],
    [{ typ: "string" }, "typ", /not enforced/],
    [{ not: {} }, "not", /not enforced/],
    [{ minimum: 1 }, "minimum", /needs `type: number`/],
    [{ type: "string", minimum: 1 }, "minimum", /needs/],
    [{ type: "string", pattern: "(?<=a)" }, "pattern", /RE2/],
    [{ type: "string", pattern: 1 }, "pattern", /RE2/],
    [{ type: "string", minLength: -1 }, "minLength", /≥ 0/],
    [{ enum: [] }, "enum", /list/],
    [{ type: "object", properties: { a: { typo: 1 } } }, "properties.a.typo", /not enforced/],
    [{ type: "object", required: [1] }, "required", /property names/],
    [{ anyOf: [{ typo: 1 }] }, "anyOf.0.typo", /not enforced/],
    [{ $ref: "#/$defs/x" }, "$ref", /does not resolve/],
    [{ $ref: "http://a/b" }, "$ref", /does not resolve/],
    [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }, "$defs.b.$ref", /itself/],
    [{ anyOf: [{ $ref: "#" }] }, "anyOf.0.$ref", /itself/],
    [{ allOf: [{ oneOf: [{ type: "null" }, { $ref: "#/allOf/0" }] }] }, "allOf.0.oneOf.1.$ref", /itself/],
    [{ $ref: "#/examples/0", examples: [{ items: 3 }] }, "$ref", /does not lead to a schema/],
    [{ type: "string", pattern: "x".repeat(1025) }, "pattern", /1024/],
    [{ title: 1 }, "title", /string/],
  ])("%j is refused at %s", (schema, place, message) => {
    expect(checkJsonSchema(schema)[0]).toMatchObject({
      keys: place === "" ? [] : place.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      message: expect.stringMatching(message),
    });
  });

  test("a misspelt keyword has a suggestion; a schema may refer to itself", () => {
    expect(checkJsonSchema({ type: "object", propertes: {} })[0]!.fix).toBe('did you mean "properties"?');
    expect(checkJsonSchema({ type: "array", items: { $ref: "#" } })).toEqual([]);
  });

  test("depth has a bound", () => {
    let schema: JsonObject = {};
    for (let depth = 0; depth < 200; depth += 1) schema = { type: "array", items: schema };
    expect(checkJsonSchema(schema)[0]!.message).toContain("deeper than 64");
  });
});

test("accepts and refuses the same values as zod's reading of the schema", () => {
  const schema = fc.constantFrom<JsonObject>(
    { type: "string", minLength: 2 },
    { type: "integer", minimum: 0 },
    { type: "array", items: { type: "number" }, maxItems: 2 },
    { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
    { anyOf: [{ type: "string" }, { type: "null" }] },
    { enum: [1, "a", null] },
  );
  const value = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.integer(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.record({ a: fc.oneof(fc.integer(), fc.string()) }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(schema, value, (rules, given) => {
      const ours = compileJsonSchema(rules).validate(given as Json).ok;
      expect(ours).toBe(z.fromJSONSchema(rules as never).safeParse(given).success);
    }),
    { seed: 1, numRuns: 500 },
  );
});

describe("paths", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      rows: {
        type: "array",
        items: { type: "object", properties: { n: { type: "number" } }, additionalProperties: false },
      },
      open: { type: "object" },
      any: {},
    },
    additionalProperties: false,
  };
  test.each<[(string | number)[], boolean]>([
    [["rows"], true],
    [["rows", 0, "n"], true],
    [["rows", 0, "m"], false],
    [["rows", 0, "n", "x"], false],
    [["rows", 0, "n", 1], false],
    [["row"], false],
    [["open", "x", "y"], true],
    [["any", "x"], true],
  ])("%j: %s", (keys, allowed) => {
    expect(schemaAllowsPath(schema, keys).allowed).toBe(allowed);
  });

  test("looks through $ref, allOf and alternatives; a map of schemas continues", () => {
    const closed = { type: "object", properties: { a: {} }, additionalProperties: false };
    const verdict = schemaAllowsPath({ $ref: "#/$defs/c", $defs: { c: closed } }, ["b"]);
    expect(verdict).toMatchObject({ allowed: false, at: 0 });
    expect(verdict.allowed || verdict.known()).toEqual(["a"]);
    expect(schemaAllowsPath({ allOf: [closed] }, ["b"]).allowed).toBe(false);
    expect(schemaAllowsPath({ anyOf: [closed, { type: "object" }] }, ["b"]).allowed).toBe(true);
    expect(schemaAllowsPath({ oneOf: [closed, { type: "string" }] }, ["b"]).allowed).toBe(false);
    expect(schemaAllowsPath({ type: "object", additionalProperties: closed }, ["x", "b"]).allowed).toBe(false);
  });
});
