import type { Issue, Json, JsonObject } from "@ice/core";
import {
  compileJsonSchema,
  didYouMean,
  isPlainObject,
  readJson,
  toPointer,
  type JsonSchemaValidator,
} from "@ice/core/internal";
import { examplesOf } from "./example-value.ts";
import { inexactInput } from "./exact-inputs.ts";

/** Mistyped names that are reported. */
const maxWarnings = 10;

/** The inputs that a blueprint declares, to interpret what is typed at the command line. */
export class DeclaredInputs {
  readonly #schema: JsonObject;
  #validator: JsonSchemaValidator | undefined;

  /** @param schema - the `inputs` of a valid blueprint; anything else declares nothing. */
  constructor(schema: unknown) {
    this.#schema = isPlainObject(schema) ? (schema as JsonObject) : {};
  }

  /**
   * The value that the text of `--input name=text` stands for: JSON when it parses as JSON, unless only the text itself fits the
   * declaration: `12345` for a string is that text.
   *
   * @throws IceError `ICE_INPUT_INVALID` for a number that would lose precision.
   */
  valueOf(name: string, text: string): Json {
    let read;
    try {
      read = readJson(text);
    } catch {
      return text; // not JSON: a string
    }
    const { value, inexact } = read;
    if (typeof value === "string") return value;
    if (inexact !== undefined && this.#declaresText(name)) return text;
    if (!this.#fits(name, value) && (this.#fits(name, text) || this.#property(name)?.["type"] === "string"))
      return text;
    if (inexact === undefined) return value;
    const pointer = toPointer([name]) + inexact.pointer;
    const fix = inexact.pointer === "" ? `write a string: --input '${name}="${text}"'` : undefined;
    throw inexactInput({ ...inexact, pointer }, fix);
  }

  /** Warnings about inputs that the blueprint neither declares nor forbids: their names may be mistyped. */
  warningsFor(inputs: JsonObject): readonly Issue[] {
    const { properties } = this.#schema;
    // Only a plain list of properties has all names.
    const others = ["additionalProperties", "patternProperties", "allOf", "anyOf", "oneOf", "if", "$ref"];
    if (!isPlainObject(properties) || others.some((keyword) => Object.hasOwn(this.#schema, keyword))) return [];
    const known = Object.keys(properties);
    const unknown = Object.keys(inputs).filter((name) => !Object.hasOwn(properties, name));
    return unknown.slice(0, maxWarnings).map((name) => ({
      code: "ICE_INPUT_INVALID",
      severity: "warning",
      path: `/inputs/${name}`,
      message: `the blueprint declares no input "${name}"`,
      fix: didYouMean(name, known) || `it declares ${known.slice(0, 10).join(", ") || "none"}`,
    }));
  }

  /** Names of the declared inputs. */
  get names(): readonly string[] {
    const { properties } = this.#schema;
    return isPlainObject(properties) ? Object.keys(properties) : [];
  }

  /**
   * A value for an input that is missing or does not fit; undefined when none is found.
   *
   * @param given - the value that was given, if any.
   * @param inside - path of the part in it that does not fit.
   */
  valueThatFits(name: string, given?: Json, inside: readonly string[] = []): Json | undefined {
    let schema: unknown = this.#property(name);
    for (const key of inside) schema = schemaBelow(schema, key);
    for (const example of examplesOf(schema, partAt(given, inside))) {
      const value = withPart(given, inside, example);
      if (value !== undefined && this.#fits(name, value)) return value;
    }
    return undefined;
  }

  #property(name: string): JsonObject | undefined {
    const { properties } = this.#schema;
    const property = isPlainObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isPlainObject(property) ? property : undefined;
  }

  #declaresText(name: string): boolean {
    return [this.#property(name)?.["type"]].flat().includes("string");
  }

  /** Whether nothing about this one input is wrong. */
  #fits(name: string, value: Json): boolean {
    this.#validator ??= compileJsonSchema(withoutRequired(this.#schema));
    const result = this.#validator.validate(Object.fromEntries([[name, value]]));
    return result.ok || result.issues.every(({ keys }) => keys[0] !== name);
  }
}

/** One input is checked at a time, so the others are missing. */
const withoutRequired = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== "required"));

function schemaBelow(schema: unknown, key: string): unknown {
  const { properties, items } = (isPlainObject(schema) ? schema : {}) as JsonObject;
  return isPlainObject(properties) && Object.hasOwn(properties, key) ? properties[key] : items;
}

function partAt(value: Json | undefined, [key, ...inside]: readonly string[]): Json | undefined {
  if (key === undefined || value === undefined) return value;
  const isParent = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return isParent ? partAt((value as JsonObject)[key], inside) : undefined;
}

/** The value with another part in it; undefined when the path does not exist. */
function withPart(value: Json | undefined, [key, ...inside]: readonly string[], part: Json): Json | undefined {
  if (key === undefined) return part;
  if (typeof value !== "object" || value === null) return undefined;
  const below = withPart(Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined, inside, part);
  if (below === undefined) return undefined;
  return Array.isArray(value) ? value.with(Number(key), below) : { ...(value as JsonObject), [key]: below };
}
