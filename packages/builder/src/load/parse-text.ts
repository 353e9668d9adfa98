import { defaultBlueprintLimits, type BlueprintLimits, type Issue, type Json } from "@ice/core";
import { checkNumbers } from "@ice/core/internal";
import { parseEvents, YAMLException } from "js-yaml";
import { readEvents } from "./read-events.ts";
import { slipAt } from "./slips.ts";
import { syntaxFix } from "./syntax-fix.ts";

/** A position in a text, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The result of parsing a text: data, and the position of each value. */
export type ParsedText =
  | { readonly ok: true; readonly value: Json; readonly locate: (pointer: string) => Place }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Options of `parseText`. */
export interface ParseOptions {
  readonly format: "yaml" | "json";
  readonly limits?: Partial<BlueprintLimits> | undefined;
}

/**
 * Parses the text of a blueprint or a network: size → UTF-8 → depth and syntax → aliases, tags, duplicate and forbidden keys.
 * YAML is version 1.2 without anchors, aliases, tags, merge keys and multiple documents. JSON is strict JSON. Linear in the text.
 * Issues: `ICE_BLUEPRINT_LIMIT` (size, depth), `ICE_BLUEPRINT_SYNTAX` and `ICE_BLUEPRINT_SCHEMA` (forbidden keys) with line and
 * column.
 */
export function parseText(source: string | Uint8Array, { format, limits = {} }: ParseOptions): ParsedText {
  checkNumbers("`limits`", limits, { min: 1 });
  const { maxBytes, maxDepth } = { ...defaultBlueprintLimits, ...limits };
  const size = typeof source === "string" ? Buffer.byteLength(source) : source.byteLength;
  if (size > maxBytes) return { ok: false, issues: [tooLargeIssue(size, maxBytes)] };
  const text = decode(source);
  if (text === undefined)
    return failed("ICE_BLUEPRINT_SYNTAX", "the text is not valid UTF-8", "save the file as UTF-8");
  const notJson = format === "json" ? problemOfJson(text) : undefined;
  return notJson ?? parse(text, maxDepth);
}

/** A text that is not looked at. */
export const tooLargeIssue = (bytes: number, maxBytes: number): Issue => ({
  code: "ICE_BLUEPRINT_LIMIT",
  severity: "error",
  path: "",
  message: `the text has ${bytes} bytes; at most ${maxBytes} are allowed`,
  fix: "split it into sub-workflows, or keep data in files",
});

function parse(text: string, maxDepth: number): ParsedText {
  const placeOf = placesIn(text);
  let events: ReturnType<typeof parseEvents>;
  try {
    events = eventsOf(text, maxDepth);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const position = error.mark?.position ?? 0;
    if (error.reason.includes("maxDepth"))
      return failed(
        "ICE_BLUEPRINT_LIMIT",
        `the text nests deeper than ${maxDepth}`,
        "flatten it, or move parts into sub-workflows",
        placeOf(position),
      );
    const { message, fix, offset } = slipAt(text, position) ?? {
      message: error.reason,
      fix: syntaxFix(error.reason, text, position),
      offset: position,
    };
    return failed("ICE_BLUEPRINT_SYNTAX", message, fix, placeOf(offset));
  }
  const read = readEvents(text, events);
  if ("value" in read) return { ok: true, value: read.value, locate: (pointer) => placeOf(read.offsetOf(pointer)) };
  return {
    ok: false,
    issues: read.map(({ offset, ...problem }) => ({ severity: "error", ...problem, ...placeOf(Math.max(0, offset)) })),
  };
}

/**
 * The parser takes a tab between the parts of a flow list or map for indentation. Events are offsets into the text, so that it
 * is parsed once more with blanks in the place of tabs, and values are read from the text itself.
 */
function eventsOf(text: string, maxDepth: number): ReturnType<typeof parseEvents> {
  try {
    return parseEvents(text, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== "deficient indentation" || !text.includes("\t"))
      throw error;
    return parseEvents(withoutInnerTabs(text), { maxDepth });
  }
}

/** Tabs become blanks, except where they would be indentation: at the beginning of a line, and behind `-` or `?`. */
const withoutInnerTabs = (text: string): string =>
  text.replaceAll(/[ \t]+/g, (blanks, offset: number) =>
    blanks.includes("\t") && offset > 0 && !"\n\r-?".includes(text[offset - 1]!) ? " ".repeat(blanks.length) : blanks,
  );

/** JSON is checked by the parser of the platform first, so that only valid JSON passes. */
function problemOfJson(text: string): ParsedText | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const what = message.replace(/ in JSON at position.*| at position.*|, "?.*"? is not valid JSON$/s, "");
    const offset = offsetOfProblem(text);
    return failed(
      "ICE_BLUEPRINT_SYNTAX",
      `this is not JSON: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
      jsonFix(text, offset),
      placesIn(text)(offset),
    );
  }
}

function jsonFix(text: string, offset: number): string {
  const { line } = placesIn(text)(offset);
  if (offset >= text.trimEnd().length) return "close what is open at the end of the file";
  const at = text[offset]!;
  if ((at === "}" || at === "]") && text.slice(0, offset).trimEnd().endsWith(","))
    return `remove the comma before the \`${at}\` in line ${line}`;
  if (at === "'") return `write names and strings in double quotes in line ${line}`;
  if (at === "/") return `remove the comment in line ${line}: JSON has none, YAML has (#)`;
  if (/[A-Za-z_]/.test(at)) return `put the word in line ${line} into double quotes`;
  return at === '"' ? `write a comma before the " in line ${line}` : `correct line ${line}`;
}

/** Where the shortest prefix ends that nothing could complete to JSON: not every message of the platform says it. */
function offsetOfProblem(text: string): number {
  if (canGoOn(text)) return text.length;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function canGoOn(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    return /^Unexpected end|^Unterminated/.test(message) || message.includes(`at position ${prefix.length}`);
  }
}

/** Offset → line and column, by binary search in the starts of lines, which are computed on first use. */
function placesIn(text: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

function decode(source: string | Uint8Array): string | undefined {
  try {
    const text = typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    if (!text.isWellFormed()) return undefined;
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  } catch {
    return undefined; // not UTF-8: that is the finding
  }
}

function failed(code: Issue["code"], message: string, fix: string, place: Partial<Place> = {}): ParsedText {
  return { ok: false, issues: [{ code, severity: "error", path: "", message, fix, ...place }] };
}
