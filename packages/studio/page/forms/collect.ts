import type { Json } from "../api/types.ts";
import type { Entered, Field } from "./fields.ts";

/** The value of a form, or what is missing. The server checks everything else. */
export interface Collected {
  /** Undefined: nothing was entered. */
  readonly value: Json | undefined;
  /** By path: `address.city`, empty for the form itself. */
  readonly problems: ReadonlyMap<string, string>;
}

export function collect(field: Field, entered: Entered): Collected {
  const problems = new Map<string, string>();
  const value = valueOf(field, entered, "", problems);
  return { value, problems };
}

/** Of the problems that are shown, those that are still there. What a person has not come to yet is not held against them. */
export function remaining(
  shown: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...found].filter(([path]) => shown.has(path)));
}

type Problems = Map<string, string>;

function valueOf(field: Field, entered: Entered, path: string, problems: Problems): Json | undefined {
  if (field.kind === "group") return groupOf(field, entered as Record<string, Entered> | undefined, path, problems);
  if (field.kind === "rows") return rowsOf(field, entered as readonly Entered[] | undefined, path, problems);
  const text = typeof entered === "string" ? entered : "";
  if (text === "" && !(field.kind === "text" && entered !== undefined && field.required)) {
    if (field.required) problems.set(path, field.options.length > 0 ? "Choose one." : "This is required.");
    return undefined;
  }
  if (field.kind === "text" || field.kind === "long") return text;
  try {
    const value = JSON.parse(field.kind === "number" ? text.trim().replace(",", ".") : text) as Json;
    if (field.kind === "number") checkNumber(field, value, path, problems);
    return value;
  } catch {
    problems.set(path, field.kind === "number" ? "Enter a number." : "This is not valid JSON.");
    return undefined;
  }
}

function checkNumber(field: Field, value: Json, path: string, problems: Problems): void {
  const { minimum, maximum, integer } = field;
  if (typeof value !== "number") problems.set(path, "Enter a number.");
  else if (integer && !Number.isInteger(value)) problems.set(path, "Enter a whole number.");
  else if (minimum !== undefined && value < minimum) problems.set(path, `Enter ${minimum} or more.`);
  else if (maximum !== undefined && value > maximum) problems.set(path, `Enter ${maximum} or less.`);
}

function groupOf(
  field: Field,
  entered: Record<string, Entered> | undefined,
  path: string,
  problems: Problems,
): Json | undefined {
  const inside: Problems = new Map();
  const entries = field.fields.flatMap((part) => {
    const value = valueOf(part, entered?.[part.key], path === "" ? part.key : `${path}.${part.key}`, inside);
    return value === undefined ? [] : [[part.key, value] as const];
  });
  // An optional group without anything in it is left out, whatever it would require.
  if (entries.length === 0 && !field.required) return undefined;
  for (const [key, problem] of inside) problems.set(key, problem);
  return Object.fromEntries(entries);
}

function rowsOf(field: Field, entered: readonly Entered[] = [], path: string, problems: Problems): Json | undefined {
  if (entered.length === 0 && !field.required) return undefined;
  return entered.flatMap((one, at) => valueOf(field.item!, one, `${path}[${at}]`, problems) ?? []);
}
