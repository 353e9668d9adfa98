import type { Json, JsonObject } from "../api/types.ts";

/** A line of a blueprint that is written as JSON. */
export interface SourceLine {
  readonly indent: number;
  readonly text: string;
  /** Path in the graph of the innermost node that it belongs to. */
  readonly node: string | undefined;
  /** Whether the node begins here. */
  readonly isStart: boolean;
}

interface Place {
  readonly indent: number;
  /** What stands before the value in its line. */
  readonly before: string;
  readonly after: string;
  readonly node: string | undefined;
}

/** Characters of a line that is not broken. */
const width = 88;

/**
 * The lines of a blueprint. Short values stand in one line, nodes always begin one of their own.
 *
 * @param isNode - whether a path is that of a node in the graph.
 */
export function sourceLines(blueprint: Json, isNode: (path: string) => boolean): SourceLine[] {
  const lines: SourceLine[] = [];
  write(blueprint, { indent: 0, before: "", after: "", node: undefined });
  return lines;

  function write(value: Json, place: Place): void {
    const own = isObject(value) ? pathOf(value, place.node) : undefined;
    const found = own !== undefined && isNode(own);
    const node = found ? own : place.node;
    const add = (text: string, isStart = false): void => {
      lines.push({ indent: place.indent, text, node, isStart });
    };
    const { before, after } = place;
    const room = width - 2 * place.indent - before.length;
    const short = found || holdsNode(value, node) ? undefined : shortText(value, room);
    if (short !== undefined) return add(before + short + after);
    if (typeof value !== "object" || value === null) return add(before + JSON.stringify(value) + after);
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    add(before + open!, found);
    const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
      ? value.map((entry: Json) => ["", entry] as const)
      : Object.entries(value as JsonObject).map(([key, entry]) => [`${JSON.stringify(key)}: `, entry] as const);
    for (const [index, [key, entry]] of entries.entries())
      write(entry, {
        indent: place.indent + 1,
        before: key,
        after: index < entries.length - 1 ? "," : "",
        node,
      });
    add(close! + after);
  }

  /** Whether nodes stand directly in a list, or in the lists of an object. */
  function holdsNode(value: Json, parent: string | undefined, depth = 3): boolean {
    if (depth === 0 || typeof value !== "object" || value === null) return false;
    return Object.values(value).some((entry: Json) => {
      const own = isObject(entry) ? pathOf(entry, parent) : undefined;
      return (own !== undefined && isNode(own)) || holdsNode(entry, parent, depth - 1);
    });
  }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function pathOf({ id }: JsonObject, parent: string | undefined): string | undefined {
  if (typeof id !== "string") return undefined;
  return parent === undefined ? id : `${parent}.${id}`;
}

/** The text of a value with spaces, if there is room for it. */
function shortText(value: Json, room: number): string | undefined {
  if (typeof value !== "object" || value === null) {
    const text = JSON.stringify(value);
    return text.length <= room ? text : undefined;
  }
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let left = room - 4;
  for (const [key, entry] of Object.entries(value)) {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    const text = shortText(entry, left - name.length);
    if (text === undefined) return undefined;
    parts.push(name + text);
    left -= name.length + text.length + 2;
  }
  const text = parts.join(", ");
  if (isList) return `[${text}]`;
  return text === "" ? "{}" : `{ ${text} }`;
}

/** The first and last line of a node with what is in it. */
export function linesOf(
  lines: readonly SourceLine[],
  path: string,
): { readonly first: number; readonly last: number } | undefined {
  const first = lines.findIndex(({ node, isStart }) => isStart && node === path);
  if (first < 0) return undefined;
  const { indent } = lines[first]!;
  const length = lines.slice(first + 1).findIndex((line) => line.indent === indent);
  return { first, last: length < 0 ? first : first + 1 + length };
}
