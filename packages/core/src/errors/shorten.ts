/** Maximum number of characters of a value in a message. */
const maxCharacters = 200;

/** Maximum number of names in a message. */
const maxNames = 12;

/** A value for a message: at most 200 characters, so that a message is bounded. */
export function shorten(text: string, max = maxCharacters): string {
  if (text.length <= max) return text;
  const half = /[\uD800-\uDBFF]$/.test(text.slice(max - 1, max)) ? max - 1 : max;
  return `${text.slice(0, half)}…`;
}

/** Names for a message, `a, b, c`: the first 12, and the number of the others. */
export function listNames(names: Iterable<string>): string {
  const shown: string[] = [];
  let more = 0;
  for (const name of names)
    if (shown.length < maxNames) shown.push(shorten(name, 80));
    else more += 1;
  return shown.join(", ") + (more === 0 ? "" : `, … (${more} more)`);
}
