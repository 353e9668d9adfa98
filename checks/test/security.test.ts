import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blueprintAttacks } from "./security/blueprint-attacks.ts";
import { expressionAttacks } from "./security/expression-attacks.ts";
import { Oracle } from "./security/oracle.ts";

let oracle: Oracle;
beforeAll(() => {
  oracle = new Oracle();
});
afterAll(() => oracle.close());

describe("A: what stands in a blueprint file", () => {
  test.each(blueprintAttacks)("$name", async (attack) => expect(await oracle.judge(attack)).toBe("contained"));
});

describe("B: what stands in expressions and templates", () => {
  test.each(expressionAttacks)("$name", async (attack) => expect(await oracle.judge(attack)).toBe("contained"));
});

test("there are 60 attacks or more", () => {
  expect(blueprintAttacks.length + expressionAttacks.length).toBeGreaterThanOrEqual(60);
});
