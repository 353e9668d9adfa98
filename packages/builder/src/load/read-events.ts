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
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from "js-yaml";
import { fixTemplate, quotedValue } from "./slips.ts";

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
  const reader = new EventReader(text);
  for (const event of events) reader.read(event);
  return reader.finish();
}

type Report = (message: string, fix: string, code?: Issue["code"]) => void;

class EventReader {
  readonly #text: string;
  readonly #problems: TextProblem[] = [];
  /** Of what is not empty. */
  readonly #offsets = new Map<object, Offsets>();
  readonly #open: Container[] = [];
  /** What the next `POP` ends; undefined for a document. */
  readonly #ends: (Container | undefined)[] = [];
  #root: Json = null;
  #documents = 0;
  /** Where the last part of the text begins that was read. */
  #reached = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(event: Event): void {
    if (event.type === EVENT_ID.DOCUMENT) return this.#readDocument();
    if (event.type === EVENT_ID.POP) return this.#pop();
    this.#reached = Math.max(this.#reached, startOf(event));
    this.#checkMarks(event);
    if (event.type === EVENT_ID.ALIAS) this.#place(null, -1);
    else if (event.type !== EVENT_ID.SCALAR) this.#push(event);
    else if (this.#wantsKey()) this.#readKey(event);
    else {
      const value = readScalar(
        this.#text,
        event,
        this.#reporter(event.valueStart, () => this.#keysHere()),
      );
      this.#place(value, event.valueStart);
    }
  }

  finish(): ReadText | readonly TextProblem[] {
    if (this.#problems.length > 0) return this.#problems;
    const [root, offsets] = [this.#root, this.#offsets];
    return { value: root, offsetOf: (pointer) => offsetOf(root, pointer, offsets) };
  }

  #reporter(offset: number, keys: () => Keys): Report {
    return (message, fix, code = "ICE_BLUEPRINT_SYNTAX") => {
      if (this.#problems.length < maxProblems)
        this.#problems.push({ code, path: toPointer(keys()), message, fix, offset });
    };
  }

  #readDocument(): void {
    this.#documents += 1;
    this.#ends.push(undefined);
    if (this.#documents === 1) return;
    const report = this.#reporter(secondDocument(this.#text, this.#reached), () => []);
    report("the file holds more than one document", "write one document per file");
  }

  #push(event: MappingEvent | SequenceEvent): void {
    const isKey = this.#wantsKey();
    if (isKey) this.#reportKey(event.start);
    const isList = event.type === EVENT_ID.SEQUENCE;
    const container: Container = {
      value: isList ? [] : {},
      at: this.#at(),
      offsets: isList ? [] : new Map(),
      key: undefined,
      isKey,
    };
    if (!isKey) this.#place(container.value, event.start);
    this.#open.push(container);
    this.#ends.push(container);
  }

  #pop(): void {
    const closed = this.#ends.pop();
    if (closed === undefined) return;
    this.#open.pop();
    if (closed.isKey) this.#open.at(-1)!.key = null;
  }

  #place(value: Json, offset: number): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = value;
    else if (Array.isArray(parent.value)) {
      this.#keep(parent, parent.value.length, offset);
      parent.value.push(value);
    } else {
      if (typeof parent.key === "string") {
        if (offset >= 0) this.#keep(parent, parent.key, offset);
        parent.value[parent.key] = value;
      }
      parent.key = undefined;
    }
  }

  #keep({ value, offsets }: Container, at: string | number, offset: number): void {
    if (Array.isArray(offsets)) offsets.push(offset);
    else offsets.set(String(at), offset);
    if ((Array.isArray(offsets) ? offsets.length : offsets.size) === 1) this.#offsets.set(value, offsets);
  }

  #keysOfOpen(): (string | number)[] {
    return this.#open.slice(1).map(({ at }) => at);
  }

  #keysHere(): (string | number)[] {
    return this.#open.length === 0 ? [] : [...this.#keysOfOpen(), this.#at()];
  }

  #at(): string | number {
    const parent = this.#open.at(-1);
    if (parent === undefined) return "";
    return Array.isArray(parent.value) ? parent.value.length : (parent.key ?? "");
  }

  #wantsKey(): boolean {
    const parent = this.#open.at(-1);
    return parent !== undefined && !Array.isArray(parent.value) && parent.key === undefined;
  }

  #readKey(event: ScalarEvent): void {
    const parent = this.#open.at(-1)!;
    const map = parent.value as Record<string, Json>;
    const key = event.valueStart < 0 ? "" : getScalarValue(this.#text, event);
    const report = this.#reporter(event.valueStart, () => [...this.#keysOfOpen(), key]);
    parent.key = null;
    if (!key.isWellFormed()) report("the key contains half of a surrogate pair", "use another key");
    else if (key === "<<" && event.style === SCALAR_STYLE.PLAIN)
      report("merge keys (`<<`) are not allowed", "repeat the fields");
    else if (forbiddenKeys.has(key))
      report(`the key \`${shorten(key)}\` is not allowed`, "use another key", "ICE_BLUEPRINT_SCHEMA");
    else if (Object.hasOwn(map, key)) report(`the key \`${shorten(key)}\` occurs twice`, "remove one of the two");
    else {
      parent.key = key;
      map[key] = null; // its place in the order, also when no value follows
      this.#keep(parent, key, event.valueStart);
    }
  }

  #checkMarks(event: Exclude<Event, { type: 1 | 6 }>): void {
    if (event.type !== EVENT_ID.ALIAS && event.anchorStart < 0 && event.tagStart < 0) return;
    const text = this.#text;
    const report = (offset: number, message: string, fix: string): void =>
      this.#reporter(offset, () => this.#keysHere())(message, fix);
    const anchor = (): string => shorten(text.slice(event.anchorStart, event.anchorEnd));
    if (event.type === EVENT_ID.ALIAS)
      return report(
        event.anchorStart - 1,
        `aliases (\`*${anchor()}\`) are not allowed`,
        `repeat the value, or quote it if it is text: ${quotedValue(text, event.anchorStart)}`,
      );
    if (event.anchorStart >= 0)
      report(
        event.anchorStart - 1,
        `anchors (\`&${anchor()}\`) are not allowed`,
        `remove the anchor, or quote the value if it is text: ${quotedValue(text, event.anchorStart)}`,
      );
    if (event.tagStart >= 0)
      report(
        event.tagStart,
        `tags (\`${shorten(text.slice(event.tagStart, event.tagEnd))}\`) are not allowed`,
        tagFix(text, event.tagStart),
      );
  }

  #reportKey(offset: number): void {
    const keys = (): Keys => this.#keysOfOpen();
    if (this.#text[offset] === "{" && this.#text[offset - 1] === "{")
      this.#reporter(offset - 1, keys)("a template needs quotes around it", fixTemplate(this.#text, offset));
    else this.#reporter(offset, keys)("a key must be a plain name", "write the key as a string");
  }
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
    ? "remove the tag: the type of a value is determined by how it is written"
    : `quote the value, so that \`!\` is part of it: ${quotedValue(text, offset)}`;
}

function readScalar(text: string, event: ScalarEvent, report: (message: string, fix: string) => void): Json {
  if (event.valueStart < 0) return null;
  const source = getScalarValue(text, event);
  if (!source.isWellFormed())
    report("the string contains half of a surrogate pair", "write the whole escape, or remove it");
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
      report(`the integer ${source} would lose precision`, "keep integers within ±2^53, or write a string in quotes");
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
