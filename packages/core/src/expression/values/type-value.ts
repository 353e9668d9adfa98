import { articled } from "../../errors/articled.ts";
import { Duration } from "./duration.ts";
import { Optional } from "./optional.ts";
import { Timestamp } from "./timestamp.ts";
import { Uint } from "./uint.ts";

/** A type as a value: the result of `type(x)`, and the value of the names of types. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Names of types that can be used in an expression. No node can have such an id; see `celReservedWords`. */
export const typeNames: ReadonlySet<string> = new Set(
  "bool bytes double int list map null_type string type uint".split(" "),
);

/** CEL's name of the type of a value. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      return objectTypeName(value);
  }
}

/** A value by its type, for messages: `an int`, `a list`, `null`. */
export const kindOfValue = (value: unknown): string => (value === null ? "null" : articled(typeName(value)));

function objectTypeName(value: unknown): string {
  if (value === null) return "null_type";
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Uint) return "uint";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof Optional) return "optional_type";
  return value instanceof TypeValue ? "type" : "map";
}
