import { IceError, type FieldRule, type NodeDefinition } from "@ice/core";
import { fieldKeyParts, isPlainObject } from "@ice/core/internal";
import { isExpr, sourceOf, Text } from "./ref.ts";
import { toTemplate } from "./templates.ts";

/** A rule, and the way that is left to the values it is about. */
type RuleBelow = readonly [parts: readonly string[], rule: FieldRule];

/**
 * Writes the fields of a node by the rules of its type: references become templates in a template, CEL in an expression.
 *
 * @throws IceError `ICE_BLUEPRINT_SCHEMA` for a reference where the type takes plain data.
 */
export function writeConfig({ fields, type }: NodeDefinition, config: object): Readonly<Record<string, unknown>> {
  const rules = (name: string): RuleBelow[] =>
    fields === "templates"
      ? [[[name], { syntax: "template" }]]
      : Object.entries(fields).map(([key, rule]) => [fieldKeyParts(key), rule]);
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, write(value, below(rules(name), name), `${type}.${name}`)]),
  );
}

const below = (rules: readonly RuleBelow[], part: string): RuleBelow[] =>
  rules.flatMap(([[first, ...rest], rule]) =>
    first === part || (first === "*" && part !== "[]") ? [[rest, rule] as const] : [],
  );

function write(value: unknown, rules: readonly RuleBelow[], at: string): unknown {
  const syntax = rules.find(([parts]) => parts.length === 0)?.[1].syntax;
  if (syntax === "template") return toTemplate(value);
  if (syntax === "expression" && isExpr(value)) return sourceOf(value);
  if (isExpr(value) || value instanceof Text)
    throw new IceError("ICE_BLUEPRINT_SCHEMA", `\`${at}\` is plain data: a reference in it would not be evaluated.`, {
      fix: "write the value itself",
    });
  if (Array.isArray(value)) return value.map((entry, index) => write(entry, below(rules, "[]"), `${at}[${index}]`));
  if (!isPlainObject(value)) return value;
  const inside = (key: string): RuleBelow[] => (syntax === "expression" ? [[[], { syntax }]] : below(rules, key));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      entry === undefined ? [] : [[key, write(entry, inside(key), `${at}.${key}`)]],
    ),
  );
}
