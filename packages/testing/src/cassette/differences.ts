import type { Json } from "@ice/core";
import { shorten } from "@ice/core/internal";

/** Places where two values differ, as `messages[0].text: "a" was recorded, "b" is requested`. */
export function differencesOf(recorded: Json | undefined, asked: Json | undefined, path = ""): readonly string[] {
  if (isParent(recorded) && isParent(asked) && Array.isArray(recorded) === Array.isArray(asked)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(asked)]);
    return [...keys].flatMap((key) =>
      differencesOf(partOf(recorded, key), partOf(asked, key), join(path, recorded, key)),
    );
  }
  if (JSON.stringify(recorded) === JSON.stringify(asked)) return [];
  return [
    `${path === "" ? "the request" : path}: ${shown(recorded, asked)} was recorded, ${shown(asked, recorded)} is requested`,
  ];
}

type Parent = readonly Json[] | { readonly [key: string]: Json };

const isParent = (value: Json | undefined): value is Parent => typeof value === "object" && value !== null;

const partOf = (parent: Parent, key: string): Json | undefined =>
  Object.hasOwn(parent, key) ? (parent as Readonly<Record<string, Json>>)[key] : undefined;

const join = (path: string, parent: Parent, key: string): string =>
  Array.isArray(parent) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/** A value for a message; of a long text, the part from which it differs from the other one. */
function shown(value: Json | undefined, other: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value !== "string" || typeof other !== "string") return shorten(JSON.stringify(value), 80);
  let same = 0;
  while (same < value.length && value[same] === other[same]) same += 1;
  const from = Math.max(0, same - 20);
  return `${from > 0 ? "…" : ""}${shorten(JSON.stringify(value.slice(from)), 80)}`;
}
