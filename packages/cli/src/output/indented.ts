/** Levels that are indented. Deeper values are written on one line, so that indentation never outgrows the data. */
const maxLevels = 8;

/** JSON for people: a line per value, indented by two spaces, to eight levels. */
export function indented(value: unknown, level = 0): string {
  if (typeof value !== "object" || value === null || level === maxLevels) return JSON.stringify(value) ?? "null";
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => indented(item, level + 1))
    : Object.entries(value).flatMap(([key, entry]) =>
        entry === undefined ? [] : [`${JSON.stringify(key)}: ${indented(entry, level + 1)}`],
      );
  const [open, close] = isList ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  const margin = "  ".repeat(level);
  return `${open}\n${margin}  ${parts.join(`,\n${margin}  `)}\n${margin}${close}`;
}
