/** Most characters of one value that a message repeats. */
const maxCharacters = 200;

/** Most names that a message lists. */
const maxNames = 12;

/** A value as a message repeats it: at most 200 characters of it, so that no message is as long as what it is about. */
export function shorten(text: string, max = maxCharacters): string {
  if (text.length <= max) return text;
  const half = /[\uD800-\uDBFF]$/.test(text.slice(max - 1, max)) ? max - 1 : max;
  return `${text.slice(0, half)}…`;
}

/** Names as a message lists them, `a, b, c`: the first 12, and how many more there are. */
export function listNames(names: Iterable<string>): string {
  const shown: string[] = [];
  let more = 0;
  for (const name of names)
    if (shown.length < maxNames) shown.push(shorten(name, 80));
    else more += 1;
  return shown.join(", ") + (more === 0 ? "" : `, … (${more} more)`);
}
