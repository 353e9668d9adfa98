import { describe, expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { jsonText, toJsonResult } from "./json-result.ts";
import { expressionLimits } from "./limits.ts";
import { Meter } from "./meter.ts";
import { Duration } from "./values/duration.ts";
import { Optional } from "./values/optional.ts";
import { Timestamp } from "./values/timestamp.ts";
import { TypeValue } from "./values/type-value.ts";
import { Uint } from "./values/uint.ts";

const second = 1_000_000_000n;

describe("a CEL value as JSON", () => {
  test.each([
    ["a text", "x", "x"],
    ["null", null, null],
    ["a double", 1.5, 1.5],
    ["an int", -7n, -7],
    ["a uint", new Uint(7n), 7],
    ["no value", Optional.none, null],
    ["an optional value", Optional.of([1n]), [1]],
    ["a timestamp", new Timestamp(second), "1970-01-01T00:00:01Z"],
    ["a duration", new Duration(90n * second), "90s"],
    ["bytes", new Uint8Array([255, 0, 1]), "/wAB"],
    ["a list", [true, [2n]], [true, [2]]],
    ["a map", new Map<unknown, unknown>([[true, new Map([[2n, "x"]])]]), { true: { "2": "x" } }],
  ])("%s", (_name, value, json) => {
    const result = toJsonResult(value, new Meter());
    expect(result).toEqual(json);
    expect(Object.isFrozen(result)).toBe(true);
  });

  test("is returned unchanged if it is frozen: lists, objects, and objects without a prototype", () => {
    const bare = Object.freeze(Object.assign(Object.create(null) as object, { a: 1 }));
    for (const data of [Object.freeze([1]), Object.freeze({ a: 1 }), bare])
      expect(toJsonResult(data, new Meter())).toBe(data);
    // A frozen value of CEL is no data, nor is what an expression makes.
    expect(toJsonResult(Object.freeze(new Uint(7n)), new Meter())).toBe(7);
    const made = [1];
    expect(toJsonResult(made, new Meter())).not.toBe(made);
  });

  const failing: readonly (readonly [name: string, value: unknown, message: string, fix: string])[] = [
    [
      "a type",
      new TypeValue("int"),
      "The result is the type int, and a type has no JSON form.",
      "compare it: `type(x) == string`",
    ],
    [
      "no number",
      [Number.NaN],
      "The result is NaN, which is not a JSON number.",
      "guard it, for example against a division by zero: `y != 0 ? x / y : 0`",
    ],
    [
      "a large integer",
      2n ** 53n,
      "The result is the integer 9007199254740992, which a JSON number cannot represent exactly.",
      "keep integers below 2^53, or return it as a string: `string(x)`",
    ],
    [
      "a forbidden key",
      new Map([["__proto__", 1]]),
      "A map in the result has the key `__proto__`, which is not allowed.",
      "use another key",
    ],
    [
      "keys of two types",
      new Map<unknown, number>([
        [true, 1],
        ["true", 2],
      ]),
      'Two keys of a map in the result both become "true" in JSON.',
      "use keys of the same type",
    ],
  ];
  test.each(failing)("fails with %s", (_name, value, message, fix) => {
    let failure: unknown;
    try {
      toJsonResult(value, new Meter());
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(IceError);
    expect(failure).toMatchObject({ code: "ICE_EXPRESSION_FAILED", message, fix });
  });

  test("is no deeper for its maps than for its lists", () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level += 1) value = new Map([["a", value]]);
      return value;
    };
    expect(() => toJsonResult(nested(expressionLimits.builtDepth), new Meter())).not.toThrow();
    expect(() => toJsonResult(nested(expressionLimits.builtDepth + 1), new Meter())).toThrow("a value deeper than 64");
  });

  test("counts together with the results of the other expressions of its node", () => {
    const meter = new Meter();
    const long = ["x".repeat(expressionLimits.builtLength - 4)];
    for (let expression = 0; expression < expressionLimits.expressionsOfNode; expression += 1) {
      meter.begin();
      toJsonResult(long, meter);
    }
    meter.begin();
    expect(() => toJsonResult(long, meter)).toThrow("characters built together");
  });

  test("names no more than forty characters of a key", () => {
    const key = "9".repeat(50);
    const twice = new Map<unknown, number>([
      [BigInt(key), 1],
      [key, 2],
    ]);
    expect(() => toJsonResult(twice, new Meter())).toThrow(`both become "${"9".repeat(40)}" in JSON`);
  });
});

test("the errors of a meter name the bound", () => {
  const { builtLength, builtDepth, comprehensionSteps, work, expressionsOfNode } = expressionLimits;
  const violation = (use: (meter: Meter) => unknown): unknown => {
    const meter = new Meter();
    expect(() => use(meter)).toThrow(IceError);
    return [meter.violation?.message, meter.violation?.fix];
  };
  const one = "do less in one expression: process large data in a tool or a loop";
  const all = "spread them over several nodes, or process large data in a tool or a loop";
  let deep: unknown = 1;
  for (let level = 0; level <= builtDepth; level += 1) deep = [deep];
  const times = (use: (meter: Meter) => void) => (meter: Meter) => {
    for (let expression = 0; expression <= expressionsOfNode; expression += 1) {
      meter.begin();
      use(meter);
    }
  };
  expect([
    violation((meter) => meter.steps(comprehensionSteps + 1)),
    violation((meter) => meter.work(work + 1)),
    violation((meter) => meter.built(builtLength + 1, 0)),
    violation((meter) => toJsonResult(["x".repeat(builtLength)], meter)),
    violation((meter) => toJsonResult(deep, meter)),
    violation(times((meter) => meter.steps(comprehensionSteps))),
    violation(times((meter) => meter.work(work))),
    violation(times((meter) => meter.gives(builtLength))),
  ]).toEqual([
    ["The expression needs more than 250000 comprehension steps.", one],
    ["The expression needs more than 67108864 characters and elements processed.", one],
    ["The expression needs a value of more than 1048576 characters.", one],
    ["The expression needs a value of more than 1048576 characters as JSON.", one],
    ["The expression needs a value deeper than 64.", one],
    ["The expressions of the node need more than 4000000 comprehension steps together.", all],
    ["The expressions of the node need more than 1073741824 characters and elements processed together.", all],
    ["The expressions of the node need more than 16777216 characters built together.", all],
  ]);
});

test("JSON text has sorted keys on request, at every depth", () => {
  const value = [
    new Map<unknown, unknown>([
      [
        "b",
        new Map([
          ["d", 1],
          ["c", 2],
        ]),
      ],
      ["a", [null]],
      ["e", "x"],
    ]),
  ];
  expect(jsonText(value, new Meter())).toBe('[{"b":{"d":1,"c":2},"a":[null],"e":"x"}]');
  expect(jsonText(value, new Meter(), { sortKeys: true })).toBe('[{"a":[null],"b":{"c":2,"d":1},"e":"x"}]');
});
