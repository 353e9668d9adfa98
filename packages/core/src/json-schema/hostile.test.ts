import { describe, expect, test } from "vitest";
import { within } from "../../test/cpu-time.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { processTimeSlice } from "../time/time-slice.ts";
import { checkJsonSchema } from "./check-json-schema.ts";
import { compileJsonSchema } from "./compile-json-schema.ts";
import { schemaAllowsPath } from "./schema-path.ts";

const matches = (schema: JsonObject, value: Json): boolean => {
  expect(checkJsonSchema(schema)).toEqual([]);
  return compileJsonSchema(schema).validate(value).ok;
};
/** Each definition names the next one twice: 2^40 ways through forty of them. */
const doubling = (keyword: string, last: JsonObject, wrap: (next: JsonObject) => JsonObject = (next) => next) => ({
  [keyword]: [{ $ref: "#/$defs/d0" }],
  $defs: {
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = wrap({ $ref: `#/$defs/d${index + 1}` });
        return [`d${index}`, { [keyword]: [next, next] }];
      }),
    ),
    d40: last,
  },
});

describe("schemas that name each other twice", () => {
  test.each(["allOf", "anyOf", "oneOf"])("through %s", (keyword) => {
    const schema = structuredClone(doubling(keyword, { type: "object" }));
    expect(within(1000, () => matches(schema, {}))).toBe(keyword !== "oneOf");
    expect(within(1000, () => matches(schema, "text"))).toBe(false);
  });

  test("with a value that gets smaller, and one alternative that never fits", () => {
    const branch = (kind: string) => ({
      type: "object",
      properties: { next: { $ref: "#" }, kind: { const: kind } },
      required: ["kind"],
    });
    const schema = { anyOf: [branch("a"), branch("b")] };
    let value: Json = { kind: "c" };
    for (let depth = 0; depth < 45; depth += 1) value = { next: value, kind: "b" };
    expect(within(1000, () => matches(schema, value))).toBe(false);
  });

  test("paths into them", () => {
    const schema = structuredClone(doubling("allOf", { type: "object" }));
    expect(within(1000, () => schemaAllowsPath(schema, ["q", "r"]))).toEqual({ allowed: true });
  });
});

test("a mismatch behind a reference is reported at every position of its value", () => {
  const schema = { type: "array", items: { $ref: "#/$defs/o" }, $defs: { o: { type: "object", required: ["a"] } } };
  const shared = {};
  expect(compileJsonSchema(schema).validate([shared, { a: 1 }, shared])).toMatchObject({
    issues: [{ keys: [0, "a"] }, { keys: [2, "a"] }],
  });
  const twice = { allOf: [{ $ref: "#/$defs/o" }, { $ref: "#/$defs/o" }], $defs: schema.$defs };
  expect(compileJsonSchema(twice).validate({})).toMatchObject({ issues: [{ keys: ["a"] }, { keys: ["a"] }] });
});

test("a schema may lead back to itself inside the value, never with the same value", () => {
  const tree = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
  expect(checkJsonSchema(tree)).toEqual([]);
  const list = { anyOf: [{ type: "null" }, { type: "object", additionalProperties: { $ref: "#" } }] };
  expect(checkJsonSchema(list)).toEqual([]);
  for (const schema of [
    { $ref: "#" },
    { anyOf: [{ $ref: "#" }] },
    { oneOf: [{ allOf: [{ $ref: "#" }] }] },
    { $ref: "#/$defs/a", $defs: { a: { anyOf: [{ type: "null" }, { $ref: "#/$defs/a" }] } } },
    { type: "object", properties: { x: { allOf: [{ $ref: "#/properties/x" }] } } },
  ])
    expect(checkJsonSchema(schema)[0]?.message).toContain("leads back to itself");
});

test("a chain of references is bounded, and a long one that is allowed does not overflow the stack", () => {
  const chain = (length: number): JsonObject => ({
    type: "object",
    properties: { next: { $ref: "#/$defs/d0" } },
    $defs: Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `d${index}`,
        index === length - 1
          ? { type: "object", properties: { next: { $ref: "#" } } }
          : { $ref: `#/$defs/d${index + 1}` },
      ]),
    ),
  });
  expect(checkJsonSchema(chain(20_000))[0]?.message).toContain("passes through more than 250 schemas");
  let value: Json = {};
  for (let depth = 0; depth < 60; depth += 1) value = { next: value };
  const result = compileJsonSchema(chain(200)).validate(value);
  expect(result).toMatchObject({ ok: false, issues: [{ message: expect.stringContaining("nested schemas") }] });
  expect(matches(chain(5), value)).toBe(true);
});

test("an enum of 80,000 is looked up for each of 400,000 items", () => {
  const schema = { type: "array", items: { enum: Array.from({ length: 80_000 }, (_, index) => index + 10) } };
  expect(
    within(3000, () =>
      matches(
        schema,
        Array.from({ length: 400_000 }, () => 11_111),
      ),
    ),
  ).toBe(true);
  expect(
    within(3000, () =>
      matches(
        schema,
        Array.from({ length: 400_000 }, () => 1),
      ),
    ),
  ).toBe(false);
  const objects = { type: "array", items: { enum: Array.from({ length: 20_000 }, (_, id) => ({ id, tags: ["a"] })) } };
  const values = Array.from({ length: 100_000 }, (_, index) => ({ tags: ["a"], id: index % 20_000 }));
  expect(within(3000, () => matches(objects, values))).toBe(true);
});

test("equal values are equal in an enum, whatever the order of their names", () => {
  const schema = { enum: [{ a: [1, { b: null }], c: "x" }, 0, "1"] };
  expect(matches(schema, { c: "x", a: [1, { b: null }] })).toBe(true);
  expect(matches(schema, { c: "x", a: [{ b: null }, 1] })).toBe(false);
  expect(matches(schema, -0)).toBe(true);
  expect(matches(schema, 1)).toBe(false);
  expect(matches({ const: { "a,b": 1 } }, { a: 1, b: 1 })).toBe(false);
});

test("patterns have a budget, and each is compiled once", () => {
  const schema = {
    allOf: Array.from({ length: 15_000 }, (_, index) => ({ type: "string", pattern: `(\\pL|x){900}${index}` })),
  };
  const issues = within(6000, () => checkJsonSchema(schema));
  expect(issues[0]?.message).toContain("patterns");
  const same = { allOf: Array.from({ length: 5000 }, () => ({ type: "string", pattern: "(\\pL|x){900}" })) };
  expect(within(2000, () => checkJsonSchema(same))).toEqual([]);
});

test("a string is searched only if it is short enough for its pattern", () => {
  const schema = { type: "string", pattern: "(\\pL|\\pN|\\pS){900}" };
  const result = within(1000, () => compileJsonSchema(schema).validate("x".repeat(1_000_000)));
  expect(result).toMatchObject({
    ok: false,
    issues: [{ message: expect.stringContaining("too long for its pattern") }],
  });
  expect(matches({ type: "string", pattern: "^[a-z]+$" }, "x".repeat(500_000))).toBe(true);
  expect(matches({ type: "string", maxLength: 5, pattern: "(\\pL|\\pN|\\pS){900}" }, "x".repeat(1_000_000))).toBe(
    false,
  );
});

test("an unexpected property beside 40,000 known names has a short message", () => {
  const properties = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`property${index}`, {}]));
  const value = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`q${index}`, 1]));
  const result = compileJsonSchema({ type: "object", properties, additionalProperties: false }).validate(value);
  expect(JSON.stringify(result).length).toBeLessThan(8000);
});

test("a check continues in later turns, and the event loop turns meanwhile", async () => {
  const schema = compileJsonSchema({
    type: "array",
    items: { type: "object", properties: { n: { type: "integer" } } },
  });
  const value = Array.from({ length: 300_000 }, (_, n) => ({ n }));
  await processTimeSlice().next();
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const pending = schema.validateInTurns(value);
  expect(pending).toBeInstanceOf(Promise);
  expect(await pending).toEqual({ ok: true, value });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
  expect(compileJsonSchema({ type: "object" }).validateInTurns({})).toEqual({ ok: true, value: {} });
});
