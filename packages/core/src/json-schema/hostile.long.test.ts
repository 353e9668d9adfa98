import { expect, test } from "vitest";
import { within } from "../../test/cpu-time.ts";
import { checkJsonSchema } from "./check-json-schema.ts";
import { compileJsonSchema } from "./compile-json-schema.ts";

test("a check of very many steps ends with a message", () => {
  const alternatives = Array.from({ length: 1000 }, (_, index) => ({ const: `x${index}` }));
  const schema = { type: "array", items: { anyOf: alternatives } };
  const value = Array.from({ length: 400_000 }, () => "x999");
  expect(within(15_000, () => compileJsonSchema(schema).validate(value))).toEqual({
    ok: false,
    issues: [{ keys: [], message: expect.stringMatching(/takes more than 30000000 steps to validate: simplify/) }],
  });
});

test("patterns that are expensive to parse count, invalid ones too", () => {
  for (const pattern of [`[${"\\pL".repeat(200)}]`, `[${"\\pL".repeat(200)}](`, `(?i)[${"Ā-ꟿ".repeat(25)}]`]) {
    const allOf = Array.from({ length: 500 }, (_, index) => ({ type: "string", pattern: `${pattern}${index}` }));
    const issues = within(10_000, () => checkJsonSchema({ allOf }));
    expect(issues.at(-1)?.message).toContain("exceeds the size allowed for the patterns of a blueprint");
  }
  expect(checkJsonSchema({ type: "string", pattern: `(?i)[${"Ā-ꟿ".repeat(40)}]` })).toHaveLength(1);
});
