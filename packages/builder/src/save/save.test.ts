import fc from "fast-check";
import { load as readYaml, YAML11_SCHEMA } from "js-yaml";
import { expect, test } from "vitest";
import { loadText } from "../load/load.ts";
import { save } from "./save.ts";

/** The same text through ice, and through another reader by the rules of YAML 1.2 and of 1.1. */
function expectKept(texts: readonly string[]): void {
  const blueprint = { name: "w", nodes: [{ id: "a", type: "tool", toolName: "echo", toolArgs: { texts } }] };
  const yaml = save(blueprint);
  const expected = { schemaVersion: "ice/v1", ...blueprint };
  expect(loadText(yaml)).toEqual(expected);
  expect(readYaml(yaml)).toEqual(expected);
  expect(readYaml(yaml, { schema: YAML11_SCHEMA })).toEqual(expected);
}

const numbers =
  "61e9540 1E400 1e5 0o7 0o8 017 0x1F 0b1 1_000 1,000 1. .5 +.5 -0 +1 -.5e3 1e 1e+ 190:20:30 12:30:45 12:30".split(" ");
const constants =
  "yes No ON off y N true False NULL null ~ .inf -.Inf +.INF .NaN = << - --- ... ? : | > * & ! % @ # ,".split(" ");
const dates = ["2026-01-01", "2026-01-01T10:00:00Z", "2001-12-14 21:59:43.10 -5", "2026-1-1"];
const others = [
  "",
  " ",
  "a: b",
  "a #b",
  "'x'",
  '"x"',
  "{{ a.b }}",
  "[1]",
  "{a}",
  "x\ty",
  "x\ny\n",
  " x",
  "x ",
  "!not",
  "key:",
];

test("strings that look like other types stay strings", () => {
  for (const text of [...numbers, ...constants, ...dates, ...others]) expectKept([text]);
  expect(save({ name: "w", version: "61e9540", nodes: [] })).toContain("version: '61e9540'");
});

test("so does any mixture of their characters", () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789eExXoObB._-+:, ~nulyNsTZ".split("")), maxLength: 12 }),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => expectKept(texts)),
    { seed: 5, numRuns: 400 },
  );
});
