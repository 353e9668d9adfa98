/** Most characters of a line with a message in it. */
const mostOfLine = 2000;
/** Most characters of one quoted value in a message. */
const mostOfValue = 200;

/** What a terminal could obey or hide: control and format characters, line separators, half characters. Not: joiners. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;

/**
 * Untrusted text of several lines, for a terminal: what it could take for a command is made visible as JSON escapes it. JSON
 * stays the same JSON.
 */
export function printable(text: string): string {
  return text.replaceAll(unsafe, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );
}

/** A long text in parts of about a million characters, none of which ends within a character. */
export function* partsOf(text: string, most: number = 1_048_576): Generator<string, void> {
  for (let at = 0; at < text.length;) {
    const isHalved = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at + most - 1, at + most + 1));
    const end = at + most + (isHalved ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

/**
 * Untrusted text on one line and of bounded length, for a terminal. Everything that ice did not write itself passes here on its
 * way to stderr or a prompt: a line break cannot begin a line that looks like one of ice, nor can blanks push text onto the
 * next one. Quoted values are cut at 200 characters.
 *
 * @param most - most characters; default 2000, for a message.
 */
export function oneLine(text: string, most: number = mostOfLine): string {
  const quoted = text.replaceAll(
    /"[^"]{201,}"|`[^`]{201,}`/g,
    (value) => `${cut(value, mostOfValue + 1)}${value.at(-1)}`,
  );
  return cut(quoted, most)
    .replaceAll(unsafe, (character) => escapedShortly(character))
    .replaceAll(/\p{Zs}{3,}/gu, "  ");
}

/** One value on a line: a path, an id, a name. At most 200 characters. */
export const shown = (value: string): string => oneLine(value, mostOfValue);

/** Columns that a text takes at most: terminals differ in what they show two columns wide. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character < "\u1100" ? 1 : 2;
  return columns;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most; // no half characters
  return `${text.slice(0, end)}…`;
}

const escapedShortly = (character: string): string =>
  character === "\n"
    ? String.raw`\n`
    : character === "\t"
      ? " "
      : character === "\r"
        ? String.raw`\r`
        : escaped(character);

/** Each half of a character by itself, as JSON has no other way. */
const escaped = (character: string): string =>
  character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
