import type { Json, JsonObject } from "../api/types.ts";

/** A part of a form, made of a part of a JSON Schema. */
export interface Field {
  readonly label: string;
  readonly description: string | undefined;
  readonly required: boolean;
  /** An entry of a list is there or not, so it is neither required nor optional. */
  readonly isEntry?: boolean;
  readonly kind: "radio" | "select" | "boolean" | "number" | "text" | "long" | "group" | "rows" | "json";
  /** Of `radio` and `select`. */
  readonly options: readonly Json[];
  /** Of `group`. */
  readonly fields: readonly (Field & { readonly key: string })[];
  /** Of `rows`. */
  readonly item: Field | undefined;
  readonly integer: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly maxLength: number | undefined;
  /** What is chosen at first: a declared `default` alone. */
  readonly preset: Json | undefined;
}

/** What a person has entered: text, a chosen option as JSON, or the same for the parts. Undefined: nothing. */
export type Entered = string | undefined | { readonly [key: string]: Entered } | readonly Entered[];

const longText = 80;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The field for a schema. What has no field of its own is entered as JSON, and checked by the server. */
export function fieldOf(schema: JsonObject, label = "Answer", required = true, depth = 0): Field {
  const text = (name: string): string | undefined => (typeof schema[name] === "string" ? schema[name] : undefined);
  const number = (name: string): number | undefined => (typeof schema[name] === "number" ? schema[name] : undefined);
  const field: Field = {
    label: text("title") ?? label,
    description: text("description"),
    required,
    kind: "json",
    options: [],
    fields: [],
    item: undefined,
    integer: schema["type"] === "integer",
    minimum: number("minimum"),
    maximum: number("maximum"),
    maxLength: number("maxLength"),
    preset: schema["default"],
  };
  const choices = schema["enum"];
  if (Array.isArray(choices)) return { ...field, kind: choices.length <= 5 ? "radio" : "select", options: choices };
  return { ...field, ...kindOf(schema, field, depth) };
}

function kindOf(schema: JsonObject, field: Field, depth: number): Partial<Field> {
  const isPlain = !["anyOf", "oneOf", "allOf", "$ref", "not", "if"].some((word) => Object.hasOwn(schema, word));
  const { properties, items } = schema;
  if (!isPlain || depth > 4) return { kind: "json" };
  switch (schema["type"]) {
    case "boolean":
      return { kind: "boolean", options: [true, false] };
    case "number":
    case "integer":
      return { kind: "number" };
    case "string":
      return { kind: (field.maxLength ?? 0) > longText ? "long" : "text" };
    case "object": {
      if (!isObject(properties) || isObject(schema["additionalProperties"])) return { kind: "json" };
      const required = Array.isArray(schema["required"]) ? schema["required"] : [];
      const fields = Object.entries(properties).map(([key, part]) => ({
        key,
        ...fieldOf(isObject(part) ? part : {}, key, required.includes(key), depth + 1),
      }));
      return { kind: "group", fields };
    }
    case "array":
      return isObject(items) && (isObject(items["properties"]) || isSimple(items))
        ? { kind: "rows", item: fieldOf(items, "Entry", true, depth + 1) }
        : { kind: "json" };
    default:
      return { kind: "json" };
  }
}

const isSimple = (items: JsonObject): boolean =>
  ["string", "number", "integer", "boolean"].includes(String(items["type"]));

/** What a form contains at first. Nothing is chosen but declared defaults. */
export function initialOf(field: Field): Entered {
  if (field.kind === "group" && field.preset === undefined)
    return Object.fromEntries(field.fields.map((part) => [part.key, initialOf(part)]));
  return field.preset === undefined ? (field.kind === "rows" ? [] : undefined) : enteredOf(field, field.preset);
}

/** What a form contains for a value. */
export function enteredOf(field: Field, value: Json): Entered {
  if (field.kind === "group" && isObject(value))
    return Object.fromEntries(
      field.fields.map((part) => [
        part.key,
        value[part.key] === undefined ? undefined : enteredOf(part, value[part.key]!),
      ]),
    );
  if (field.kind === "rows" && Array.isArray(value)) return value.map((one) => enteredOf(field.item!, one));
  if (field.kind === "text" || field.kind === "long") return typeof value === "string" ? value : JSON.stringify(value);
  return field.kind === "json" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** The field whose options are chosen by number: the form itself, or the first choice in it. Its path is empty or a key. */
export function numberedField(form: Field): { readonly path: string; readonly options: readonly Json[] } | undefined {
  if (form.kind === "radio") return { path: "", options: form.options };
  const first = form.kind === "group" ? form.fields.find(({ kind }) => kind === "radio") : undefined;
  return first && { path: first.key, options: first.options };
}

/** What is entered, with another choice at a path of `numberedField`. */
export const withChoice = (entered: Entered, path: string, choice: string): Entered =>
  path === "" ? choice : { ...(entered as Readonly<Record<string, Entered>> | undefined), [path]: choice };
