import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { indexAt, offsetOf, Search, textSize } from "../values/text.ts";
import { takeInteger, takeText } from "./arguments.ts";
import type { Builtin, Builtins } from "./builtin.ts";
import { format } from "./format.ts";
import { matches } from "./patterns.ts";

const lower: Builtin = {
  arity: [1],
  type: "string",
  call: ([s], meter) => cased(takeText("lower", s, meter), meter).toLowerCase(),
};
const upper: Builtin = {
  arity: [1],
  type: "string",
  call: ([s], meter) => built(cased(takeText("upper", s, meter), meter).toUpperCase(), meter),
};
const trim: Builtin = { arity: [1], type: "string", call: ([s], meter) => trimmed(takeText("trim", s, meter), meter) };
const replace: Builtin = {
  arity: [3, 4],
  type: "string",
  call: ([s, from, to, limit = -1], meter) =>
    replaced(
      takeText("replace", s, meter),
      {
        from: takeText("replace", from, meter),
        to: takeText("replace", to, meter),
        limit: takeLimit("replace", limit),
      },
      meter,
    ),
};
const matching: Builtin = {
  arity: [2],
  type: "bool",
  call: ([s, pattern], meter) => matches(takeText("matches", s, meter), takeText("matches", pattern, meter), meter),
};

export const stringFunctions: Builtins = { lower, upper, trim, replace, matches: matching };

/** Positions are code points, as for `size`. */
export const stringMethods: Builtins = {
  trim,
  replace,
  matches: matching,
  format: {
    arity: [2],
    type: "string",
    call: ([s, values], meter) => format(takeText("format", s, meter), values, meter),
  },
  startsWith: test("startsWith", (s, t) => s.startsWith(t)),
  endsWith: test("endsWith", (s, t) => s.endsWith(t)),
  contains: test("contains", (s, t, meter) => new Search(t, meter).in(s) >= 0),
  lowerAscii: {
    arity: [1],
    type: "string",
    call: ([s], meter) => asciiCased(takeText("lowerAscii", s, meter), /[A-Z]+/g, (part) => part.toLowerCase(), meter),
  },
  upperAscii: {
    arity: [1],
    type: "string",
    call: ([s], meter) => asciiCased(takeText("upperAscii", s, meter), /[a-z]+/g, (part) => part.toUpperCase(), meter),
  },
  indexOf: {
    arity: [2, 3],
    type: "int",
    call: (args, meter) => find("indexOf", args, meter),
  },
  lastIndexOf: {
    arity: [2, 3],
    type: "int",
    call: (args, meter) => find("lastIndexOf", args, meter),
  },
  substring: {
    arity: [2, 3],
    type: "string",
    call([s, from, to], meter) {
      const text = takeText("substring", s, meter);
      const start = offset("substring", text, from, meter);
      const end = to === undefined ? text.length : offset("substring", text, to, meter);
      if (end < start)
        throw expressionFailed("substring() got an end before its start.", "pass the smaller position first");
      return text.slice(start, end);
    },
  },
  charAt: {
    arity: [2],
    type: "string",
    call([s, index], meter) {
      const text = takeText("charAt", s, meter);
      const start = offset("charAt", text, index, meter);
      return start === text.length ? "" : String.fromCodePoint(text.codePointAt(start)!);
    },
  },
  split: {
    arity: [2, 3],
    type: "list",
    call([s, separator, limit = -1], meter) {
      const text = takeText("split", s, meter);
      return split(text, takeText("split", separator, meter), takeLimit("split", limit), meter);
    },
  },
};

function test(name: string, apply: (s: string, t: string, meter: Meter) => boolean): Builtin {
  return {
    arity: [2],
    type: "bool",
    call([s, t], meter) {
      if (typeof s !== "string") takeText(name, s, meter);
      return apply(s as string, takeText(name, t, meter), meter);
    },
  };
}

function built(text: string, meter: Meter): string {
  meter.built(text.length);
  return text;
}

/** Cost of changing the case of a character: within ASCII, beyond it, and of a sequence of ASCII letters between others. */
const caseWork = { ascii: 4, other: 32, run: 1024 } as const;

const isAscii = (text: string): boolean => !/[^\0-\x7F]/.test(text);

/** A string whose case is about to be changed. */
function cased(text: string, meter: Meter): string {
  meter.built(text.length, text.length * (isAscii(text) ? caseWork.ascii : caseWork.other));
  return text;
}

/** Changes the case of ASCII letters alone. */
function asciiCased(text: string, letters: RegExp, change: (text: string) => string, meter: Meter): string {
  meter.built(text.length, text.length * caseWork.ascii);
  if (isAscii(text)) return change(text);
  let made = "";
  let from = 0;
  // In order, because `replaceAll` finds all matches before it calls back for the first.
  for (const { 0: run, index } of text.matchAll(letters)) {
    meter.work(caseWork.run);
    made += text.slice(from, index) + change(run);
    from = index + run.length;
  }
  return made + text.slice(from);
}

const takeLimit = (name: string, limit: unknown): number => takeInteger(name, limit, -(2 ** 31), 2 ** 31);

function find(name: "indexOf" | "lastIndexOf", [s, t, from]: readonly unknown[], meter: Meter): bigint {
  const text = takeText(name, s, meter);
  const searched = takeText(name, t, meter);
  const start = from === undefined ? undefined : offset(name, text, from, meter);
  const search = new Search(searched, meter);
  const at = name === "indexOf" ? search.in(text, start ?? 0) : search.lastIn(text, start ?? text.length);
  return position(text, at, meter);
}

/** A position in code points as an offset. */
function offset(name: string, text: string, index: unknown, meter: Meter): number {
  const found = offsetOf(text, takeInteger(name, index, 0, Number.MAX_SAFE_INTEGER), meter);
  if (found !== undefined) return found;
  throw expressionFailed(
    `${name}() got the position ${Number(index)} of a string with ${textSize(text, meter)} characters.`,
    "guard it: `size(s) > 5 ? s.substring(5) : s`",
  );
}

const position = (text: string, at: number, meter: Meter): bigint => BigInt(at < 0 ? -1 : indexAt(text, at, meter));

const space = /^\p{White_Space}$/u;

/** What looking at a space during a search, in characters. */
const spaceWork = 64;

function trimmed(text: string, meter: Meter): string {
  const isSpace = (at: number): boolean => {
    meter.work(spaceWork);
    return space.test(text[at]!);
  };
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
}

function split(text: string, separator: string, limit: number, meter: Meter): readonly string[] {
  if (limit === 0) return [];
  meter.elements(separator === "" ? text.length * 4 : 1);
  const most = limit < 0 ? Infinity : limit;
  if (separator === "") {
    const characters = Array.from(text);
    return characters.length <= most
      ? characters
      : [...characters.slice(0, most - 1), characters.slice(most - 1).join("")];
  }
  const search = new Search(separator, meter);
  const parts: string[] = [];
  let start = 0;
  while (parts.length + 1 < most) {
    const found = search.in(text, start);
    if (found < 0) break;
    meter.elements(2);
    parts.push(text.slice(start, found));
    start = found + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

function replaced(
  text: string,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
  meter: Meter,
): string {
  if (from === "")
    throw expressionFailed(
      "replace() needs a string to search for, but got an empty string.",
      "pass a string that is not empty",
    );
  const parts = split(text, from, limit < 0 ? -1 : limit + 1, meter);
  meter.built(text.length + (parts.length - 1) * (to.length - from.length));
  return parts.join(to);
}
