import type { Meter } from "../meter.ts";

const pair = /[\ud800-\udbff][\udc00-\udfff]/;

/** Characters as CEL counts them: code points. A half of a surrogate pair counts as one. */
export function textSize(text: string, meter: Meter): number {
  meter.work(text.length * 3);
  return pair.test(text) ? codePointsBefore(text, text.length) : text.length;
}

/** The offset of a code point in UTF-16 units; undefined beyond the end. The end itself is one. */
export function offsetOf(text: string, index: number, meter: Meter): number | undefined {
  meter.work(text.length * 2);
  if (index < 0 || index > text.length) return undefined;
  if (!pair.test(text)) return index;
  let offset = 0;
  for (let count = 0; count < index; count += 1) {
    if (offset >= text.length) return undefined;
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The index in code points of an offset in UTF-16 units. */
export function indexAt(text: string, offset: number, meter: Meter): number {
  meter.work(offset * 2);
  return codePointsBefore(text, offset);
}

function codePointsBefore(text: string, end: number): number {
  let count = 0;
  for (let offset = 0; offset < end; offset += text.codePointAt(offset)! > 0xffff ? 2 : 1) count += 1;
  return count;
}

/** Length of the longest pattern for which JavaScript's search is used, and the cost of a character in a search for a longer one. */
const shortPattern = 8;
const unitWork = 14;

/**
 * Searches strings in linear time. For a short pattern it uses JavaScript's search, which takes text × pattern at worst; a
 * longer one is searched with the failure function of Knuth, Morris and Pratt (1977).
 */
export class Search {
  readonly pattern: string;
  readonly #meter: Meter;
  #failures: Int32Array | undefined;

  constructor(pattern: string, meter: Meter) {
    this.pattern = pattern;
    this.#meter = meter;
  }

  /** The first position at or after `from`, or −1. */
  in(text: string, from = 0): number {
    const { pattern } = this;
    if (pattern.length > text.length - from) return -1;
    this.#meter.afford((text.length - from) * (pattern.length > shortPattern ? unitWork : 1));
    if (pattern.length <= shortPattern) {
      const found = text.indexOf(pattern, from);
      this.#meter.work(((found < 0 ? text.length : found) - from + 1) * (pattern.length + 1));
      return found;
    }
    const failures = this.#failures ?? this.#prepare();
    let matched = 0;
    for (let at = from; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      while (matched > 0 && unit !== pattern.charCodeAt(matched)) matched = failures[matched - 1]!;
      if (unit === pattern.charCodeAt(matched)) matched += 1;
      if (matched === pattern.length) {
        this.#meter.work((at - from) * unitWork);
        return at - pattern.length + 1;
      }
    }
    this.#meter.work((text.length - from) * unitWork);
    return -1;
  }

  /** The last position at or before `most`, or −1. */
  lastIn(text: string, most = text.length): number {
    const { pattern } = this;
    const end = Math.min(text.length, most + pattern.length);
    this.#meter.afford(end * (pattern.length > shortPattern ? unitWork : 1));
    if (pattern.length <= shortPattern) {
      const found = text.lastIndexOf(pattern, most);
      this.#meter.work((end - Math.max(found, 0) + 1) * (pattern.length + 1));
      return found;
    }
    const failures = this.#failures ?? this.#prepare();
    this.#meter.work(end * unitWork);
    let last = -1;
    for (let at = 0, matched = 0; at < end; at += 1) {
      const unit = text.charCodeAt(at);
      while (matched > 0 && unit !== pattern.charCodeAt(matched)) matched = failures[matched - 1]!;
      if (unit === pattern.charCodeAt(matched)) matched += 1;
      if (matched < pattern.length) continue;
      last = at - pattern.length + 1;
      matched = failures[matched - 1]!;
    }
    return last;
  }

  /** Length of the longest proper prefix of the pattern that ends at each position. */
  #prepare(): Int32Array {
    const { pattern } = this;
    this.#meter.work(pattern.length * unitWork);
    const failures = new Int32Array(pattern.length);
    for (let at = 1, matched = 0; at < pattern.length; at += 1) {
      while (matched > 0 && pattern.charCodeAt(at) !== pattern.charCodeAt(matched)) matched = failures[matched - 1]!;
      if (pattern.charCodeAt(at) === pattern.charCodeAt(matched)) matched += 1;
      failures[at] = matched;
    }
    return (this.#failures = failures);
  }
}
