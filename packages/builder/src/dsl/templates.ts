import type { Json } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { expr, isExpr, scopeRefs, sourceOf, Text, type Expr } from "./ref.ts";

/** A text with references: ``t`Write a listing for ${item.name}` ``. Everything else is literal, including braces. */
export function t(parts: TemplateStringsArray, ...values: readonly unknown[]): Text {
  return new Text(
    parts.map((part, index) => escape(part) + (index < values.length ? inText(values[index]) : "")).join(""),
  );
}

/** A CEL expression: ``cel`${price.total} > 10` ``. Plain values become CEL literals, so data never becomes an expression. */
export function cel<T = unknown>(parts: TemplateStringsArray, ...values: readonly unknown[]): Expr<T> {
  return expr(parts.map((part, index) => part + (index < values.length ? inCel(values[index]) : "")).join(""));
}

/** A value with references as JSON with templates. Strings of the author stay literal, whatever they contain. */
export function toTemplate(value: unknown): Json {
  if (isExpr(value)) return `{{ ${sourceOf(value)} }}`;
  if (value instanceof Text) return value.template;
  if (typeof value === "string") return escape(value);
  if (Array.isArray(value)) return value.map(toTemplate);
  if (!isPlainObject(value)) return value as Json;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, toTemplate(entry)]])),
  );
}

/** A `FieldValue` as JSON with templates; undefined stays undefined. */
export const fieldOf = (value: unknown): Json | undefined =>
  toTemplate(typeof value === "function" ? (value as (scope: unknown) => unknown)(scopeRefs()) : value);

/** CEL text of an expression, a reference, or a plain value. */
export const toCel = (value: unknown): string => (isExpr(value) ? sourceOf(value) : literal(value));

function inText(value: unknown): string {
  if (isExpr(value)) return `{{ ${sourceOf(value)} }}`;
  if (value instanceof Text) return value.template;
  return escape(typeof value === "string" ? value : JSON.stringify(value));
}

function inCel(value: unknown): string {
  if (!isExpr(value)) return literal(value);
  const text = sourceOf(value);
  return /^[\w.[\]"]+$/.test(text) ? text : `(${text})`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inCel).join(", ")}]`;
  if (isPlainObject(value))
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}: ${inCel(entry)}`)
      .join(", ")}}`;
  const text = JSON.stringify(value) ?? "null";
  return text.startsWith("-") ? `(${text})` : text;
}

const escape = (text: string): string => text.replaceAll("{{", '{{ "{{" }}');
