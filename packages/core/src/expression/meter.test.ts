import { describe, expect, test } from "vitest";
import { toJsonResult, jsonText } from "./json-result.ts";
import { expressionLimits } from "./limits.ts";
import { Meter } from "./meter.ts";

const { work, comprehensionSteps, builtLength, builtDepth, expressionsOfNode } = expressionLimits;
const refused = expect.objectContaining({ code: "ICE_EXPRESSION_LIMIT" });

describe("a meter", () => {
  test("allows exactly its bound of work and of steps, and nothing more", () => {
    const meters = [new Meter(), new Meter()] as const;
    meters[0].work(work);
    expect(() => meters[0].work(1)).toThrow(refused);
    meters[1].steps(comprehensionSteps);
    expect(() => meters[1].steps(1)).toThrow(refused);
  });

  test("returns whether work is within the bound, without counting it", () => {
    const meter = new Meter();
    meter.work(1);
    meter.afford(work - 1);
    meter.afford(work - 1);
    expect(() => meter.afford(work)).toThrow(refused);
  });

  test("allows a value of exactly the maximum length, and counts only its new part", () => {
    const meter = new Meter();
    for (let step = 0; step < 100; step += 1) meter.built(builtLength, 1);
    meter.afford(work - 100);
    expect(() => meter.afford(work - 99)).toThrow(refused);
    expect(() => new Meter().built(builtLength + 1, 0)).toThrow(refused);
  });

  test("refuses everything after the first violation", () => {
    const meter = new Meter();
    expect(() => meter.refuse("too much")).toThrow(refused);
    for (const more of [() => meter.work(0), () => meter.steps(0), () => meter.built(0), () => meter.begin()])
      expect(more).toThrow(meter.violation);
  });

  test("gives each expression its own bounds, and all of a node sixteen times as much", () => {
    const meter = new Meter();
    for (let expression = 0; expression < expressionsOfNode; expression += 1) {
      meter.begin();
      meter.work(work);
      meter.steps(comprehensionSteps);
      meter.gives(builtLength);
    }
    meter.begin();
    expect(() => meter.gives(1)).toThrow("together");
    const other = new Meter();
    for (let expression = 0; expression < expressionsOfNode; expression += 1) {
      other.begin();
      other.work(work);
    }
    other.begin();
    expect(() => other.work(1)).toThrow("together");
  });

  test("does not carry an unused bound over to the next expression", () => {
    const meter = new Meter();
    meter.begin();
    meter.work(1);
    meter.begin();
    meter.work(work);
    expect(() => meter.work(1)).toThrow(refused);
  });

  test("counts the entries of a large map as a hash table's, from 512", () => {
    const meter = new Meter();
    meter.entries(511);
    meter.afford(work - 511 * 32);
    expect(() => meter.afford(work - 511 * 32 + 1)).toThrow(refused);
    const large = new Meter();
    large.entries(512);
    large.afford(work - 512 * 960);
    expect(() => large.afford(work - 512 * 960 + 1)).toThrow(refused);
  });
});

describe("a value as JSON", () => {
  /** A list in a list, `depth` times; lists that an expression builds are not frozen. */
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = [value];
    return value;
  };

  test("may be exactly as deep as the bound", () => {
    expect(toJsonResult(nested(builtDepth), new Meter())).toEqual(nested(builtDepth));
    expect(() => toJsonResult(nested(builtDepth + 1), new Meter())).toThrow(refused);
  });

  test("may be exactly as long as the bound", () => {
    const text = (length: number) => "x".repeat(length);
    // The bound is on the text: its quotes come on top.
    expect(toJsonResult(text(builtLength), new Meter())).toBe(text(builtLength));
    expect(() => toJsonResult(text(builtLength + 1), new Meter())).toThrow(refused);
    const half = builtLength / 2;
    // Quotes, brackets and the comma are seven characters, two of them beyond the bound.
    expect(toJsonResult([text(half), text(half - 5)], new Meter())).toHaveLength(2);
    expect(() => toJsonResult([text(half), text(half - 4)], new Meter())).toThrow(refused);
  });

  test("counts frozen parts completely, although alone they may have any size", () => {
    const large = Object.freeze(new Array<number>(builtLength).fill(1));
    expect(toJsonResult(large, new Meter())).toBe(large);
    expect(() => toJsonResult([large], new Meter())).toThrow(refused);
  });

  test("is counted with its exact length", () => {
    const values: unknown[] = [
      ["a", true, null, 1.5, 10n],
      [[], new Map(), new Map<unknown, unknown>([["", []]])],
      new Map<unknown, unknown>([
        ['a "quoted" key', [1, 2]],
        [true, "\n"],
        [7n, [[]]],
      ]),
      [new Uint8Array(0), new Uint8Array(1), new Uint8Array(3), new Uint8Array(4)],
      [Object.freeze({ a: Object.freeze([1, 2]) })],
    ];
    for (const value of values) {
      const meter = new Meter();
      const text = jsonText(value, meter);
      // Writing costs 512 characters of work, and 7 for each character of the text.
      meter.afford(work - 512 - 7 * text.length);
      expect(() => meter.afford(work - 512 - 7 * text.length + 1)).toThrow(refused);
    }
  });

  test("has no key `__proto__`, and no two keys with one name", () => {
    const failed = expect.objectContaining({ code: "ICE_EXPRESSION_FAILED" });
    expect(() => toJsonResult(new Map([["__proto__", 1]]), new Meter())).toThrow(failed);
    expect(() =>
      toJsonResult(
        new Map<unknown, number>([
          [1n, 1],
          ["1", 2],
        ]),
        new Meter(),
      ),
    ).toThrow(failed);
    expect(() =>
      jsonText(
        [
          new Map<unknown, number>([
            [true, 1],
            ["true", 2],
          ]),
        ],
        new Meter(),
      ),
    ).toThrow(failed);
    const inherited = new Map([
      ["constructor", 1],
      ["toString", 2],
    ]);
    expect(toJsonResult(inherited, new Meter())).toEqual({ constructor: 1, toString: 2 });
  });

  test("holds integers up to 2^53 − 1 exactly, and no larger ones", () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    expect([toJsonResult(most, new Meter()), toJsonResult(-most, new Meter())]).toEqual([Number(most), -Number(most)]);
    for (const value of [most + 1n, -most - 1n, Infinity, Number.NaN])
      expect(() => toJsonResult(value, new Meter())).toThrow("JSON number");
  });
});
