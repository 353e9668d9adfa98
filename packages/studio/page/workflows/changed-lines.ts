/** Longer parts are not compared: the table has as many entries as the product of both lengths. */
const maxLines = 1500;

/** What differs between two texts. */
export interface Changes {
  /** Numbers of lines, from 0, that the earlier text does not have. */
  readonly added: ReadonlySet<number>;
  /** How many lines of the earlier text are gone. */
  readonly removed: number;
}

/** Compares two texts by their longest common subsequence of lines. Undefined if the parts that differ are too long for that. */
export function changedLines(before: readonly string[], after: readonly string[]): Changes | undefined {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  if (old.length > maxLines || now.length > maxLines) return undefined;
  const added = new Set(unmatched(old, now).map((line) => start + line));
  return { added, removed: old.length - (now.length - added.size) };
}

/** Numbers of the lines of `now` that are not in the longest common subsequence. */
function unmatched(old: readonly string[], now: readonly string[]): number[] {
  const columns = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * columns);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      lengths[i * columns + j] =
        old[i] === now[j]
          ? lengths[(i + 1) * columns + j + 1]! + 1
          : Math.max(lengths[(i + 1) * columns + j]!, lengths[i * columns + j + 1]!);
  const lines: number[] = [];
  for (let i = 0, j = 0; j < now.length;) {
    if (i < old.length && old[i] === now[j]) {
      i += 1;
      j += 1;
    } else if (i < old.length && lengths[(i + 1) * columns + j]! >= lengths[i * columns + j + 1]!) i += 1;
    else lines.push(j++);
  }
  return lines;
}
