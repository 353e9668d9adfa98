/** Most characters of a line with a message in it. */
const mostOfLine = 2000;
/** Most characters of one quoted value in a message. */
const mostOfValue = 200;

/** Most characters of a message that are looked at, before quoted values are cut. Pattern search over more takes its time, or the stack. */
const mostOfMessage = 65_536;

/** What a terminal could obey or hide: control and format characters, line separators, half characters. Not: joiners. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;
/** The same, many at a time: a call for each would take a second per million. */
const unsafeRun = /[[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Cf}]--[\n\t\u200C\u200D]]{1,1000}/gv;

/**
 * Untrusted text of several lines, for a terminal: what it could take for a command is made visible as JSON escapes it. JSON
 * stays the same JSON.
 */
export function printable(text: string): string {
  return text.replaceAll(unsafeRun, escaped);
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
 * next one. Quoted values are cut at 200 characters; what stands behind the first 65,536 characters is not looked at.
 *
 * @param most - most characters; default 2000, for a message.
 */
export function oneLine(text: string, most: number = mostOfLine): string {
  const quoted = cut(text, mostOfMessage).replaceAll(
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
function escaped(characters: string): string {
  const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
  return units.map((unit) => `\\u${(0x1_0000 + unit).toString(16).slice(1)}`).join("");
}
