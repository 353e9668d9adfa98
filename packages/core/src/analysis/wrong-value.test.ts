import { expect, test } from "vitest";
import { z } from "zod";
import { firstProblemOf, problemsOf } from "./schema-issues.ts";

const schema = z.strictObject({
  n: z.number().optional(),
  whole: z.int().optional(),
  step: z.number().multipleOf(5).optional(),
  short: z.string().max(3).optional(),
  long: z.string().min(1).optional(),
  list: z.array(z.string()).min(2).optional(),
  mail: z.email().optional(),
  code: z.string().regex(/^x/).optional(),
  file: z.string().endsWith(".csv").optional(),
  pick: z.enum(["a", "b"]).optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  own: z.string().min(3, "name it in three letters").optional(),
  record: z.record(z.string(), z.number()).optional(),
});

test.each<[value: object, message: string]>([
  [{ n: "5" }, '`n` must be a number, but is the string "5"'],
  [{ whole: 1.5 }, "`whole` must be a whole number, but is the number 1.5"],
  [{ step: 7 }, "`step` must be a multiple of 5, but is the number 7"],
  [{ short: "long" }, "`short` must have at most 3 characters, but has 4"],
  [{ long: "" }, "`long` must have at least 1 character, but has 0"],
  [{ list: ["a"] }, "`list` must have at least 2 entries, but has 1"],
  [{ list: ["a", 1] }, "`list.1` must be a string, but is the number 1"],
  [{ mail: "x" }, '`mail` must be a string in the format email, but is the string "x"'],
  [{ code: "y" }, '`code` must be a string that matches /^x/, but is the string "y"'],
  [{ file: "a.txt" }, '`file` must be a string that ends with ".csv", but is the string "a.txt"'],
  [{ pick: "c" }, '`pick` must be one of "a", "b", but is the string "c"'],
  [{ either: 1 }, "`either` must be a string, or a list, but is the number 1"],
  [{ own: "a" }, "`own`: name it in three letters"],
  [{ record: { a: "1" } }, '`record.a` must be a number, but is the string "1"'],
  [{ nn: 1 }, "unknown field `nn`"],
  [[], "must be an object, but is a list"],
])("%j: %s", (value, message) => {
  const { error } = schema.safeParse(value);
  expect(firstProblemOf(error!, schema, value)).toBe(message);
});

test("each problem has its position", () => {
  const value = { n: "5", list: ["a", 1] };
  expect(problemsOf(schema.safeParse(value).error!, schema, value)).toMatchObject([
    { keys: ["n"] },
    { keys: ["list", 1] },
  ]);
});
