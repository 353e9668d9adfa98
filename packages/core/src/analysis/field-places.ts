import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject } from "../json/json.ts";
import { baseFields } from "../nodes/base.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import { fieldKeyParts, type FieldRule } from "../nodes/field-rule.ts";

/** Where a rule applies in a node: a field, or a value inside one. */
export interface FieldPlace<Rule extends FieldRule = FieldRule> {
  /** `until`, `cases[1].when`. */
  readonly name: string;
  readonly rule: Rule;
  readonly value: unknown;
  /** Of a value inside a field, from the node; undefined for a field, whose path is its name. */
  readonly keys?: Keys | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Every place in a node where a rule applies: base fields first, then those of its type, each in the order of the rules. */
export function fieldPlaces({ fields, config, base }: NodeDefinition, node: Fields): readonly FieldPlace[] {
  const places: FieldPlace[] = [];
  for (const name in baseFields)
    if (node[name] !== undefined) places.push({ name, rule: baseFields[name]!, value: node[name] });
  if (fields === "templates") {
    for (const [name, value] of Object.entries(node))
      if (mayHoldText(value) && (Object.hasOwn(config.shape, name) || !Object.hasOwn(base.shape, name)))
        places.push({ name, rule: { syntax: "template" }, value });
    return places;
  }
  for (const key in fields) {
    const rule = fields[key]!;
    if (isPattern(key))
      addInside(node, fieldKeyParts(key), [], (keys, value) => {
        places.push({ name: nameOfPath(keys), rule, value, keys });
      });
    else if (node[key] !== undefined) places.push({ name: key, rule, value: node[key] });
  }
  return places;
}

/** Other JSON values contain no templates. */
const mayHoldText = (value: unknown): boolean => typeof value === "string" || typeof value === "object";

const isPattern = (key: string): boolean => key.includes(".") || key.includes("[");

/** Yields each value that the rest of a pattern matches. */
function addInside(
  value: unknown,
  [part, ...rest]: readonly string[],
  keys: Keys,
  add: (keys: Keys, value: unknown) => void,
): void {
  if (part === undefined) {
    if (value !== undefined) add(keys, value);
  } else if (part === "[]") {
    if (Array.isArray(value))
      for (const [index, entry] of value.entries()) addInside(entry, rest, [...keys, index], add);
  } else if (isPlainObject(value)) {
    const names = part === "*" ? Object.keys(value) : Object.hasOwn(value, part) ? [part] : [];
    for (const name of names) addInside(value[name], rest, [...keys, name], add);
  }
}

const nameOfPath = (keys: Keys): string =>
  keys.reduce<string>((name, key) => (typeof key === "number" ? `${name}[${key}]` : `${name && `${name}.`}${key}`), "");
