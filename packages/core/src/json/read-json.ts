import type { Json } from "./json.ts";
import { toPointer } from "./json-pointer.ts";

/** A number in a JSON text that no double represents exactly. */
export interface InexactNumber {
  /** JSON pointer; empty for the value itself. */
  readonly pointer: string;
  /** The number as written. */
  readonly source: string;
}

export interface ReadJson {
  readonly value: Json;
  /** The first number that parsing would change: an integer beyond ±2^53, or a number beyond the doubles. */
  readonly inexact?: InexactNumber;
}

/**
 * Parses a JSON text, and reports whether a number in it lost precision. O(characters).
 *
 * @throws SyntaxError if the text is not JSON.
 */
export function readJson(text: string): ReadJson {
  const value = JSON.parse(text) as Json;
  // An integer beyond 2^53 has at least 16 digits; a number beyond the doubles has as many, or an exponent.
  const inexact = /\d{16}|\d[eE]\+?\d/.test(text) ? firstInexact(text) : undefined;
  return inexact === undefined ? { value } : { value, inexact };
}

interface Level {
  /** Index in a list, or the latest key. */
  at: number | string;
  /** Whether the next text is a key. */
  expectsKey: boolean;
}

/** Walks over the tokens of a text that is known to be JSON. */
function firstInexact(text: string): InexactNumber | undefined {
  const levels: Level[] = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?\d[\d.eE+-]*/g)) {
    const level = levels.at(-1);
    if (token === "{") levels.push({ at: "", expectsKey: true });
    else if (token === "[") levels.push({ at: 0, expectsKey: false });
    else if (token === "}" || token === "]") levels.pop();
    else if (token === ":") level!.expectsKey = false; // in JSON, these two occur only inside brackets
    else if (token === ",") next(level!);
    else if (token.startsWith('"')) {
      if (level?.expectsKey === true) level.at = JSON.parse(token) as string;
    } else if (!isExact(token)) return { pointer: toPointer(levels.map(({ at }) => at)), source: token };
  }
  return undefined;
}

function next(level: Level): void {
  if (typeof level.at === "number") level.at += 1;
  else level.expectsKey = true;
}

function isExact(source: string): boolean {
  const number = Number(source);
  return /[.eE]/.test(source) ? Number.isFinite(number) : Number.isSafeInteger(number);
}
