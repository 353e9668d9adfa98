/** The prefixes of the scopes directly inside each container that has paths below it. O(total length of the paths). */
export function scopePrefixesOf(paths: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of paths)
    for (let end = path.indexOf("."); end >= 0; end = path.indexOf(".", end + 1)) {
      const prefix = path.slice(0, end + 1);
      const container = prefix.replace(/(?:\[\d+\])?\.$/, "");
      const prefixes = found.get(container);
      if (prefixes === undefined) found.set(container, new Set([prefix]));
      else prefixes.add(prefix);
    }
  return found;
}
