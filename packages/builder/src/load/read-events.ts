import type { Issue, Json } from "@ice/core";
import { forbiddenKeys, fromPointer, shorten, toPointer, type Keys } from "@ice/core/internal";
import {
  EVENT_ID,
  getScalarValue,
  intCoreTag,
  floatCoreTag,
  NOT_RESOLVED,
  SCALAR_STYLE,
  type Event,
  type ScalarEvent,
} from "js-yaml";
import { quotedValue } from "./slips.ts";

/** What a stream of YAML events holds: one JSON value, and the offsets of its parts. */
export interface ReadText {
  readonly value: Json;
  /** Offset of what a JSON pointer leads to; of its key when it has no value; else of the nearest thing around it. */
  offsetOf(pointer: string): number;
}

/** Something in the text that a blueprint may not use. */
export interface TextProblem extends Pick<Issue, "code" | "message" | "path"> {
  readonly fix: string;
  readonly offset: number;
}

/** Where the entries of a list begin, or the keys of a map. */
type Offsets = number[] | Map<string, number>;

/** An open list or map. */
interface Container {
  readonly value: Json[] | Record<string, Json>;
  /** Its index or key in what stands around it. */
  readonly at: string | number;
  readonly offsets: Offsets;
  /** In a map: the key that waits for its value. `undefined`: a key comes next. `null`: its value is to be dropped. */
  key: string | null | undefined;
  /** It stands where a key should: it is read and dropped, and so is the value behind it. */
  readonly isKey: boolean;
}

const maxProblems = 100;

/** Builds plain JSON from a flat stream of events, without recursion. Whatever a blueprint may not use becomes a problem. */
export function readEvents(text: string, events: readonly Event[]): ReadText | readonly TextProblem[] {
  const problems: TextProblem[] = [];
  /** Of what is not empty. */
  const offsets = new Map<object, Offsets>();
  const open: Container[] = [];
  let root: Json = null;
  let documents = 0;
  /** Where the last part of the text begins that was read. */
  let reached = 0;

  const report = (
    offset: number,
    keys: Keys,
    message: string,
    fix: string,
    code: Issue["code"] = "ICE_BLUEPRINT_SYNTAX",
  ): void => {
    if (problems.length < maxProblems) problems.push({ code, path: toPointer(keys), message, fix, offset });
  };
  const keep = ({ value, offsets: own }: Container, at: string | number, offset: number): void => {
    if (Array.isArray(own)) own.push(offset);
    else own.set(String(at), offset);
    if ((Array.isArray(own) ? own.length : own.size) === 1) offsets.set(value, own);
  };
  const place = (value: Json, offset: number): void => {
    const parent = open.at(-1);
    if (parent === undefined) root = value;
    else if (Array.isArray(parent.value)) {
      keep(parent, parent.value.length, offset);
      parent.value.push(value);
    } else {
      if (typeof parent.key === "string") {
        if (offset >= 0) keep(parent, parent.key, offset);
        parent.value[parent.key] = value;
      }
      parent.key = undefined;
    }
  };
  const pathOfOpen = (): (string | number)[] => open.slice(1).map(({ at }) => at);
  const at = (): string | number => {
    const parent = open.at(-1);
    if (parent === undefined) return "";
    return Array.isArray(parent.value) ? parent.value.length : (parent.key ?? "");
  };
  const pathHere = (): (string | number)[] => (open.length === 0 ? [] : [...pathOfOpen(), at()]);
  const wantsKey = (): boolean => {
    const parent = open.at(-1);
    return parent !== undefined && !Array.isArray(parent.value) && parent.key === undefined;
  };
  const readKey = (event: ScalarEvent): void => {
    const parent = open.at(-1)!;
    const map = parent.value as Record<string, Json>;
    const key = event.valueStart < 0 ? "" : getScalarValue(text, event);
    parent.key = null;
    if (!key.isWellFormed())
      report(event.valueStart, [...pathOfOpen(), key], "the key holds half of a character", "use another key");
    else if (key === "<<" && event.style === SCALAR_STYLE.PLAIN)
      report(event.valueStart, [...pathOfOpen(), key], "merge keys (`<<`) are not allowed", "write the fields out");
    else if (forbiddenKeys.has(key))
      report(
        event.valueStart,
        [...pathOfOpen(), key],
        `the key \`${shorten(key)}\` is not allowed`,
        "use another key",
        "ICE_BLUEPRINT_SCHEMA",
      );
    else if (Object.hasOwn(map, key))
      report(
        event.valueStart,
        [...pathOfOpen(), key],
        `the key \`${shorten(key)}\` stands twice`,
        "remove one of the two",
      );
    else {
      parent.key = key;
      map[key] = null; // its place in the order, also when no value follows
      keep(parent, key, event.valueStart);
    }
  };
  const checkMarks = (event: Exclude<Event, { type: 1 | 6 }>): void => {
    if (event.type === EVENT_ID.ALIAS)
      return report(
        event.anchorStart - 1,
        pathHere(),
        `aliases (\`*${shorten(text.slice(event.anchorStart, event.anchorEnd))}\`) are not allowed`,
        `write the value out, or quote it when it is text: ${quotedValue(text, event.anchorStart)}`,
      );
    if (event.anchorStart >= 0)
      report(
        event.anchorStart - 1,
        pathHere(),
        `anchors (\`&${shorten(text.slice(event.anchorStart, event.anchorEnd))}\`) are not allowed`,
        `remove the anchor, or quote the value when it is text: ${quotedValue(text, event.anchorStart)}`,
      );
    if (event.tagStart >= 0)
      report(
        event.tagStart,
        pathHere(),
        `tags (\`${shorten(text.slice(event.tagStart, event.tagEnd))}\`) are not allowed`,
        tagFix(text, event.tagStart),
      );
  };

  const reportKey = (offset: number): void => {
    const path = pathOfOpen();
    if (text[offset] === "{" && text[offset - 1] === "{")
      report(
        offset - 1,
        path,
        "a template needs quotes around it",
        `quote the whole value with the template: ${quotedValue(text, offset)}`,
      );
    else report(offset, path, "a key must be a plain name", "write the key as a string");
  };

  const containers: (Container | undefined)[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      documents += 1;
      containers.push(undefined);
      if (documents > 1)
        report(
          secondDocument(text, reached),
          [],
          "the file holds more than one document",
          "keep one document in a file",
        );
    } else if (event.type === EVENT_ID.POP) {
      const closed = containers.pop();
      if (closed === undefined) continue;
      open.pop();
      if (closed.isKey) open.at(-1)!.key = null;
    } else {
      reached = Math.max(reached, startOf(event));
      checkMarks(event);
      if (event.type === EVENT_ID.ALIAS) place(null, -1);
      else if (event.type === EVENT_ID.SCALAR) {
        if (wantsKey()) readKey(event);
        else
          place(
            readScalar(text, event, (message, fix) => report(event.valueStart, pathHere(), message, fix)),
            event.valueStart,
          );
      } else {
        const isKey = wantsKey();
        if (isKey) reportKey(event.start);
        const isList = event.type === EVENT_ID.SEQUENCE;
        const value: Container["value"] = isList ? [] : {};
        const container: Container = { value, at: at(), offsets: isList ? [] : new Map(), key: undefined, isKey };
        if (!isKey) place(value, event.start);
        open.push(container);
        containers.push(container);
      }
    }
  }
  if (problems.length > 0) return problems;
  return { value: root, offsetOf: (pointer) => offsetOf(root, pointer, offsets) };
}

function startOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : 0;
}

/** Events of documents have no offsets: the mark stands behind everything that the first document holds. */
function secondDocument(text: string, from: number): number {
  const mark = /^---(?=\s|$)/gm;
  mark.lastIndex = from;
  return mark.exec(text)?.index ?? from;
}

/** `!x` is read as a tag, also where it was meant as "not x". */
function tagFix(text: string, offset: number): string {
  return text.startsWith("!!", offset) || text.startsWith("!<", offset)
    ? "remove the tag: the type of a value follows from how it is written"
    : `quote the value, so that \`!\` is part of it: ${quotedValue(text, offset)}`;
}

function readScalar(text: string, event: ScalarEvent, report: (message: string, fix: string) => void): Json {
  if (event.valueStart < 0) return null;
  const source = getScalarValue(text, event);
  if (!source.isWellFormed()) report("the text holds half of a character", "write the whole escape, or remove it");
  if (event.style !== SCALAR_STYLE.PLAIN) return source;
  if (/^(?:null|Null|NULL|~|)$/.test(source)) return null;
  if (/^(?:true|True|TRUE)$/.test(source)) return true;
  if (/^(?:false|False|FALSE)$/.test(source)) return false;
  for (const tag of [intCoreTag, floatCoreTag]) {
    const number = tag.resolve(source, false, tag.tagName);
    if (number === NOT_RESOLVED) continue;
    if (!Number.isFinite(number))
      report(`${source} is not a JSON number`, "write a finite number, or a string in quotes");
    else if (tag === intCoreTag && !Number.isSafeInteger(number))
      report(`the integer ${source} would lose digits`, "keep integers within ±2^53, or write a string in quotes");
    return number;
  }
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(source))
    report(`${source} is not a JSON number`, "write a finite number, or a string in quotes");
  return source;
}

function offsetOf(root: Json, pointer: string, offsets: ReadonlyMap<object, Offsets>): number {
  let at: Json | undefined = root;
  let offset = 0;
  for (const key of fromPointer(pointer)) {
    const known = typeof at === "object" && at !== null ? offsets.get(at) : undefined;
    const next = Array.isArray(known) ? known[/^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : -1] : known?.get(key);
    if (next === undefined) return offset;
    offset = next;
    at = (at as Record<string, Json>)[key];
  }
  return offset;
}
