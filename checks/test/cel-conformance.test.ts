import { tests as conformance } from "@bufbuild/cel-spec/testdata/conformance.js";
import { compileExpression, type Json } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { deviations, outside, reasons } from "./cel-deviations.ts";

// The public conformance data of CEL (https://github.com/google/cel-spec), through what ice offers: JSON in, JSON out.
// What ice does not have at all is `outside`, by suite or by a word in the expression. Everything else either gives the value
// that the data says, or stands among the `deviations`, which docs/reference/expressions.md explains. Both lists are exact: a
// new deviation fails, and so does one that is none any more.

interface Case {
  readonly original: {
    readonly name?: string;
    readonly expr: string;
    readonly value?: CelValue;
    readonly typedResult?: { readonly result?: CelValue };
    readonly evalError?: unknown;
    readonly checkOnly?: boolean;
    readonly bindings?: Readonly<Record<string, { readonly value?: CelValue }>>;
  };
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly Case[];
}

/** A value as protobuf JSON writes `cel.expr.Value`. */
type CelValue = Readonly<Record<string, unknown>>;

const cases = casesOf(conformance as Suite, []);

function casesOf({ tests = [], suites = [], ...suite }: Suite, path: readonly string[]): { id: string; one: Case }[] {
  const here = [...path, suite.name];
  const own = tests.map((one, index) => ({
    id: [...here.slice(1), one.original.name ?? String(index)].join("/"),
    one,
  }));
  return [...own, ...suites.flatMap((inner) => casesOf(inner, here))];
}

const inside = cases.filter(({ id, one: { original } }) => {
  const { expr, bindings = {}, checkOnly = false } = original;
  if (checkOnly || outside.suites.some((name) => id.startsWith(`${name}/`))) return false;
  if (outside.words.test(expr)) return false;
  const given = Object.values(bindings).map(({ value }) => value!);
  // What enters is JSON: no bytes, no times.
  if (given.some((value) => "bytesValue" in value || "objectValue" in value)) return false;
  return [...given, expectedOf(original)].every((value) => value === undefined || jsonOf(value) !== undefined);
});

function expectedOf({ value, typedResult }: Case["original"]): CelValue | undefined {
  return value ?? typedResult?.result;
}

describe("conformance of CEL", () => {
  test("most of the data is about what ice has", () => {
    expect(inside.length).toBeGreaterThan(900);
  });

  test("every case gives the value of the data, but for the deviations that are listed", () => {
    const different = inside.filter(({ one }) => !conforms(one)).map(({ id }) => id);
    expect(different).toEqual([...deviations].toSorted((a, b) => order(a) - order(b)));
  });

  test("the reference explains every reason", async () => {
    const page = await readFile(new URL("../../docs/reference/expressions.md", import.meta.url), "utf8");
    const section = page.slice(page.indexOf("## Differences from CEL"));
    expect(reasons.filter((reason) => !section.includes(`| ${reason.replaceAll("|", "\\|")} `))).toEqual([]);
  });
});

const order = (id: string): number => inside.findIndex((one) => one.id === id);

/** Whether ice gives the value that the case says, or fails where it says so. */
function conforms({ original }: Case): boolean {
  const { expr, bindings = {}, evalError } = original;
  const expected = expectedOf(original);
  const values = new Map(Object.entries(bindings).map(([name, { value }]) => [name, jsonOf(value!)!]));
  let result: Json;
  try {
    // Of integers beyond 2^53, of types and of NaN the text is compared: they have no JSON.
    const source = expected === undefined ? expr : comparable(expr, expected);
    result = compileExpression(source).evaluate({ get: (name) => deepFreeze(values.get(name) as Json) });
  } catch {
    return evalError !== undefined;
  }
  return evalError === undefined && isDeepStrictEqual(result, expected === undefined ? true : comparison(expected));
}

function comparable(expr: string, expected: CelValue): string {
  if (isDouble(expected)) return `string(${expr})`;
  if ("int64Value" in expected || "uint64Value" in expected) return `string(${expr})`;
  return "typeValue" in expected ? `(${expr}) == ${String(expected["typeValue"])}` : expr;
}

function comparison(expected: CelValue): Json {
  if ("typeValue" in expected) return true;
  if ("int64Value" in expected || "uint64Value" in expected) return String(jsonOf(expected));
  if (!isDouble(expected)) return jsonOf(expected)!;
  const value = expected["doubleValue"];
  return value === "Infinity" ? "+Inf" : value === "-Infinity" ? "-Inf" : Object.is(value, -0) ? "-0" : String(value);
}

const isDouble = (value: CelValue): boolean => "doubleValue" in value;

/** JSON of a value; undefined for what has none in ice: messages, enums. */
function jsonOf(value: CelValue): Json | undefined {
  const [[kind, content] = ["nullValue", null]] = Object.entries(value);
  switch (kind) {
    case "nullValue":
      return null;
    case "boolValue":
    case "stringValue":
    case "bytesValue":
    case "doubleValue":
      return content as Json;
    case "typeValue":
      return String(content).includes(".") ? undefined : (content as Json);
    case "int64Value":
    case "uint64Value":
      return Number.isSafeInteger(Number(content)) ? Number(content) : String(content);
    case "listValue":
      return all(((content as { values?: CelValue[] }).values ?? []).map(jsonOf));
    case "mapValue":
      return mapOf((content as { entries?: { key: CelValue; value: CelValue }[] }).entries ?? []);
    case "objectValue":
      return timeOf(content as Readonly<Record<string, unknown>>);
    default:
      return undefined;
  }
}

function all(values: readonly (Json | undefined)[]): Json | undefined {
  return values.includes(undefined) ? undefined : (values as readonly Json[]);
}

function mapOf(entries: readonly { readonly key: CelValue; readonly value: CelValue }[]): Json | undefined {
  const map: Record<string, Json> = {};
  for (const { key, value } of entries) {
    const json = jsonOf(value);
    if (json === undefined) return undefined;
    map[String(jsonOf(key))] = json;
  }
  return map;
}

/** A timestamp or duration as the text that ice makes of it, which is that of protobuf but for zeros at the end. */
function timeOf(message: Readonly<Record<string, unknown>>): Json | undefined {
  if (!/\.(?:Timestamp|Duration)$/.test(String(message["@type"]))) return undefined;
  return String(message["value"])
    .replace(/(\.\d*?)0+(?=[Zs]$)/, "$1")
    .replace(/\.(?=[Zs]$)/, "");
}
