import { shorten } from "./shorten.ts";

/** Typing errors are few, however long the word. */
const maxDistance = 8;
const maxLength = 64;
const maxCandidates = 1000;

/**
 * The candidate nearest to `word`, if it is near enough to be a typing error (Damerau–Levenshtein distance of at most a third of
 * the longer word, at least 1 and at most 8; words of one or two letters must have the same letters). At most 1,000 candidates of
 * 64 characters are compared, and of each only the part that differs: about a millisecond.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > maxLength) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Infinity;
  let looked = 0;
  for (const candidate of candidates) {
    if ((looked += 1) > maxCandidates || bestDistance === 0) break;
    if (candidate === word || candidate.length > maxLength) continue;
    const longer = Math.max(word.length, candidate.length);
    const allowed = Math.min(Math.max(1, Math.floor(longer / 3)), maxDistance, bestDistance - 1);
    if (Math.abs(word.length - candidate.length) > allowed) continue;
    const other = candidate.toLowerCase();
    if (longer < 3 && !hasSameLetters(wanted, other)) continue;
    const distance = editDistance(wanted, other, allowed);
    if (distance <= allowed) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** One common letter of two is not enough. */
const hasSameLetters = (a: string, b: string): boolean => lettersOf(a) === lettersOf(b);

const lettersOf = (word: string): string => [...new Set(word.split(""))].toSorted().join("");

/** `did you mean "x"?` or an empty string. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = suggest(word, candidates);
  return near === undefined ? "" : `did you mean "${shorten(near)}"?`;
}

/**
 * Optimal string alignment distance (insert, delete, replace, swap of neighbours), `Infinity` if it is more than `allowed`. Equal
 * beginnings and ends are skipped, and only the diagonal band that can contain the result is computed (Ukkonen 1985).
 */
function editDistance(first: string, second: string, allowed: number): number {
  const [a, b] = withoutCommonEnds(first, second);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = new Array<number>(b.length + 1).fill(Infinity);
    if (row <= allowed) current[0] = row;
    let least = current[0]!;
    for (let column = Math.max(1, row - allowed); column <= Math.min(b.length, row + allowed); column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let value = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        value = Math.min(value, beforeLast[column - 2]! + 1);
      current[column] = value;
      least = Math.min(least, value);
    }
    if (least > allowed) return Infinity;
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}

function withoutCommonEnds(a: string, b: string): [string, string] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
