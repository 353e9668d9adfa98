/**
 * Parts of an RE2 pattern that are expensive to parse: Unicode classes (`\p{L}`: about 0.2 ms each), and
 * ranges that end beyond ASCII where case is ignored (`(?i)[à-ž]`: each character is looked up, 1 ms or more).
 */
export function dearParts(pattern: string): { readonly classes: number; readonly foldedRanges: number } {
  return {
    classes: countOf(pattern, /\\[pP]/g),
    foldedRanges: /\(\?[a-zA-Z-]*i/.test(pattern) ? countOf(pattern, /-(?:\\|[^\0-\x7F])/g) : 0,
  };
}

const countOf = (text: string, part: RegExp): number => text.match(part)?.length ?? 0;
