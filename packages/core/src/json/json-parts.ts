import type { Steps } from "../time/steps.ts";

/**
 * Objects, lists and keys that a JSON text of a file or of the standard input may have. Parsing them holds the event loop for
 * about 0.3 s; 16 MiB of empty lists would take seconds and a gigabyte.
 */
export const maxJsonParts = 1_000_000;

export interface JsonParts {
  /** Objects, lists and keys; of a text with more than `most`, at least one more. */
  readonly count: number;
  /** Levels of the deepest object or list. */
  readonly depth: number;
}

/** Characters between two pauses: about 0.1 ms. */
const charactersBetweenPauses = 65_536;

/** Counts what opens a value or ends a key outside strings, up to `most`. Of a text that is no JSON it may say anything. */
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
