import type { Json, JsonObject } from "../api/types.ts";

/** The parts of a template: texts, and expressions without their braces. */
function partsOf(template: string): (string | { readonly expression: string })[] {
  const parts: (string | { readonly expression: string })[] = [];
  let at = 0;
  for (let start = template.indexOf("{{"); start >= 0; start = template.indexOf("{{", at)) {
    const end = endOf(template, start + 2);
    if (end < 0) break;
    if (start > at) parts.push(template.slice(at, start));
    parts.push({ expression: template.slice(start + 2, end).trim() });
    at = end + 2;
  }
  if (at < template.length) parts.push(template.slice(at));
  return parts;
}

/** Where an expression ends: at the first `}}` outside its strings and brackets. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"' || char === "'") {
      for (at += 1; at < text.length && text[at] !== char; at += 1) if (text[at] === "\\") at += 1;
    } else if ("([{".includes(char)) depth += 1;
    else if (depth > 0 && ")]}".includes(char)) depth -= 1;
    else if (char === "}" && text[at + 1] === "}") return at;
  }
  return -1;
}

/** The expressions in a template, each once. */
export function expressionsIn(template: Json): string[] {
  const found = new Set<string>();
  const look = (value: Json): void => {
    if (typeof value === "string") {
      for (const part of partsOf(value)) if (typeof part !== "string") found.add(part.expression);
    } else if (typeof value === "object" && value !== null) for (const entry of Object.values(value)) look(entry);
  };
  look(template);
  return [...found];
}

/** A value with everything known filled in; an expression that is not known stays as it is written. */
export function rendered(template: Json, known: ReadonlyMap<string, Json>): Json {
  if (typeof template === "string") return renderedText(template, known);
  if (Array.isArray(template)) return template.map((entry: Json) => rendered(entry, known));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template as JsonObject).map(([key, entry]) => [key, rendered(entry, known)]),
  );
}

function renderedText(template: string, known: ReadonlyMap<string, Json>): Json {
  const parts = partsOf(template);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object")
    return known.has(only.expression) ? known.get(only.expression)! : template;
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = known.get(part.expression);
      if (value === undefined) return `{{ ${part.expression} }}`;
      return typeof value === "string" ? value : JSON.stringify(value);
    })
    .join("");
}

/** The names and indexes of an expression that is a path alone: `rows.items[0].cost`. Undefined for any other. */
export function pathOfExpression(expression: string): readonly (string | number)[] | undefined {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[(\d+|"[^"\\]*")\])*$/.test(expression)) return undefined;
  return [...expression.matchAll(/[A-Za-z_]\w*|\d+|"[^"]*"/g)].map(([part]) =>
    /^\d/.test(part) ? Number(part) : part.replaceAll('"', ""),
  );
}

/** The part of a value at a path; undefined if there is none. */
export function partAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let part = value;
  for (const name of path) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name)) return undefined;
    if (Array.isArray(part) && typeof name !== "number") return undefined;
    part = (part as Readonly<Record<string | number, Json>>)[name];
  }
  return part;
}
