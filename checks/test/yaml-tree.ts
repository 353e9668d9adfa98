import type { Json } from "@ice/core";

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", "\\": "\\" };

/**
 * The value that a tree of events of the YAML test suite describes: null without a document; undefined if it uses features that
 * ice does not have (aliases, anchors, tags, second documents, keys that are lists or maps, one key twice). Plain scalars
 * become null or strings: the suite provides numbers and booleans as JSON.
 */
export function valueOf(tree: string): { readonly value: Json } | undefined {
  const events = tree.split("\n").map((line) => line.trimStart());
  if (events.filter((event) => event.startsWith("+DOC")).length > 1) return undefined;
  if (events.some((event) => /^(?:=ALI|=VAL [&<]|\+(?:MAP|SEQ)(?: (?:\{\}|\[\]))? [&<])/.test(event))) return undefined;
  const nodes = events.filter((event) => /^(?:=VAL|[+-](?:MAP|SEQ))/.test(event));
  if (nodes.length === 0) return { value: null };
  const value = read(nodes);
  return value === undefined ? undefined : { value };
}

/** Takes the events of one value from the front of the list. */
function read(events: string[]): Json | undefined {
  const event = events.shift()!;
  if (event.startsWith("=VAL")) return event === "=VAL :" ? null : textOf(event);
  const values: (Json | undefined)[] = [];
  const keys: (string | undefined)[] = [];
  while (!events[0]!.startsWith("-")) {
    if (event.startsWith("+MAP")) keys.push(readKey(events));
    values.push(read(events));
  }
  events.shift();
  if (values.includes(undefined) || keys.includes(undefined) || new Set(keys).size < keys.length) return undefined;
  return event.startsWith("+MAP")
    ? (Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Json)
    : (values as Json[]);
}

function readKey(events: string[]): string | undefined {
  if (events[0]!.startsWith("=VAL")) return textOf(events.shift()!);
  read(events);
  return undefined;
}

const textOf = (event: string): string =>
  event.slice("=VAL :".length).replaceAll(/\\(.)/g, (_, character: string) => escapes[character]!);
