import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";

/** One field of the data of an event: its TypeScript type, its description in the reference, and a check. */
export interface EventField<Value = unknown, Optional extends boolean = boolean> {
  /** Type in the reference: `number`, `string or null`. */
  readonly kind: string;
  readonly description: string;
  readonly optional: Optional;
  /** Fields of an object, or of each entry of a list. */
  readonly fields?: EventFields;
  /** True for a value of this type without undeclared fields. */
  readonly is: (value: unknown) => value is Value;
}

/** Fields of the data of an event, by name. */
export type EventFields = Readonly<Record<string, EventField>>;

/** The type of data with these fields. */
export type DataOf<Fields extends EventFields> = {
  readonly [Name in Exclude<keyof Fields, OptionalName<Fields>>]: ValueOf<Fields[Name]>;
} & { readonly [Name in OptionalName<Fields>]?: ValueOf<Fields[Name]> } extends infer Data
  ? { readonly [Name in keyof Data]: Data[Name] }
  : never;

type ValueOf<Field> = Field extends EventField<infer Value> ? Value : never;
type OptionalName<Fields extends EventFields> = {
  [Name in keyof Fields]: Fields[Name] extends EventField<unknown, true> ? Name : never;
}[keyof Fields];

/** Creates fields. The last argument is the description; entries of lists and maps need none. */
export const field = {
  string: (description = "") => required("string", description, (value): value is string => typeof value === "string"),
  number: (description = "") => required("number", description, (value): value is number => typeof value === "number"),
  boolean: (description = "") =>
    required("boolean", description, (value): value is boolean => typeof value === "boolean"),
  /** Any JSON value. */
  json: (description = "") => required("any", description, (value): value is Json => value !== undefined),
  /** Any JSON object. */
  object: (description = "") => required("object", description, isJsonObject),
  oneOf: <const Value extends string | boolean>(values: readonly Value[], description: string) =>
    required(values.map((value) => `\`${value}\``).join(", "), description, (value): value is Value =>
      values.includes(value as Value),
    ),
  /** An object with these fields. */
  record: <const Fields extends EventFields>(fields: Fields, description = "") => ({
    ...required("object", description, (value): value is DataOf<Fields> => hasFields(value, fields)),
    fields,
  }),
  /** An object with any keys. */
  map: <Value>(entry: EventField<Value, false>, description: string) =>
    required(
      `map of ${entry.kind}`,
      description,
      (value): value is Readonly<Record<string, Value>> =>
        isPlainObject(value) && Object.values(value).every((one) => entry.is(one)),
    ),
  list: <Value>(entry: EventField<Value, false>, description: string) => ({
    ...required(
      `list of ${entry.kind}`,
      description,
      (value): value is readonly Value[] => Array.isArray(value) && value.every((one) => entry.is(one)),
    ),
    ...(entry.fields && { fields: entry.fields }),
  }),
  nullable: <Value>({ kind, description, is }: EventField<Value, false>) =>
    required(`${kind} or null`, description, (value): value is Value | null => value === null || is(value)),
  optional: <Value>(one: EventField<Value, false>): EventField<Value, true> => ({ ...one, optional: true }),
} as const;

/** True for an object that has the fields and, unless `more`, no others. */
export function hasFields(value: unknown, fields: EventFields, { more = false } = {}): boolean {
  if (!isPlainObject(value)) return false;
  if (!more && !Object.keys(value).every((name) => Object.hasOwn(fields, name))) return false;
  return Object.entries(fields).every(([name, { optional, is }]) =>
    Object.hasOwn(value, name) ? is(value[name]) : optional,
  );
}

function required<Value>(
  kind: string,
  description: string,
  is: (value: unknown) => value is Value,
): EventField<Value, false> {
  return { kind, description, optional: false, is };
}

const isJsonObject = (value: unknown): value is JsonObject => isPlainObject(value);
