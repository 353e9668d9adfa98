import type { Steps } from "../time/steps.ts";

/**
 * Maximum number of objects, lists and keys in a JSON file or in JSON from standard input. Parsing them blocks the event loop for
 * about 0.3 s; 16 MiB of empty lists would take seconds and a gigabyte.
 */
export const maxJsonParts = 1_000_000;

export interface JsonParts {
  /** Objects, lists and keys; if there are more than `most`, any number above it. */
  readonly count: number;
  /** Levels of the deepest object or list. */
  readonly depth: number;
}

/** Characters between two pauses: about 0.1 ms. */
const charactersBetweenPauses = 65_536;

/** Counts the openings of values and the ends of keys outside strings, up to `most`. The count of a text that is not JSON is arbitrary. */
export function* countJsonParts(text: string, most: number = maxJsonParts): Steps<JsonParts> {
  let [count, level, depth] = [0, 0, 0];
  let inString = false;
  let pause = charactersBetweenPauses;
  for (let at = 0; at < text.length && count <= most; at += 1) {
    if (at > pause) {
      pause = at + charactersBetweenPauses;
      yield;
    }
    const unit = text.charCodeAt(at);
    if (unit === quote) inString = !inString;
    else if (inString) {
      if (unit === backslash) at += 1;
    } else if (unit === openList || unit === openObject) {
      count += 1;
      level += 1;
      if (level > depth) depth = level;
    } else if (unit === closeList || unit === closeObject) level -= 1;
    else if (unit === colon) count += 1;
  }
  return { count, depth };
}

const quote = 0x22;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
