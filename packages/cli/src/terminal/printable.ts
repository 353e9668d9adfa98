/** Characters of a line with a message in it. */
const maxLineLength = 2000;
/** Characters of one quoted value in a message. */
const maxValueLength = 200;

/** Characters of a message in which quoted values are searched. On longer text the pattern is slow, or exhausts the stack. */
const maxMessageLength = 65_536;

/** Characters that control a terminal or are invisible: control and format characters, line separators, lone surrogates. Not joiners. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;
/** Runs of the same: one call for each character would take a second per million. */
const unsafeRun = /[[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Cf}]--[\n\t\u200C\u200D]]{1,1000}/gv;

/**
 * Untrusted text of several lines, for a terminal: control characters are escaped as in JSON. JSON keeps its value.
 */
export function printable(text: string): string {
  return text.replaceAll(unsafeRun, escaped);
}

/** A long text in parts of about a million characters; no part ends within a surrogate pair. */
export function* partsOf(text: string, maxLength: number = 1_048_576): Generator<string, void> {
  for (let at = 0; at < text.length;) {
    const isHalved = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at + maxLength - 1, at + maxLength + 1));
    const end = at + maxLength + (isHalved ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

/**
 * Untrusted text on one line and of bounded length, for a terminal. All text that ice did not write itself passes here before it
 * is written to stderr or a prompt: a line break cannot start a line that looks like one of ice, and spaces cannot push text
 * onto the next line. Quoted values are cut at 200 characters, and everything after the first 65,536 characters is dropped.
 *
 * @param maxLength - in characters; default 2000, for a message.
 */
export function oneLine(text: string, maxLength: number = maxLineLength): string {
  const quoted = cut(text, maxMessageLength).replaceAll(
    /"[^"]{201,}"|`[^`]{201,}`/g,
    (value) => `${cut(value, maxValueLength + 1)}${value.at(-1)}`,
  );
  return wholeLine(cut(quoted, maxLength));
}

/** The same, whole: for text that a person has to read to its end. */
export const wholeLine = (text: string): string =>
  text.replaceAll(unsafe, (character) => escapedShortly(character)).replaceAll(/\p{Zs}{3,}/gu, "  ");

/** One value on a line: a path, an id, a name. At most 200 characters. */
export const shown = (value: string): string => oneLine(value, maxValueLength);

/** Columns of a text on a terminal, at most: terminals differ in which characters take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character < "\u1100" ? 1 : 2;
  return columns;
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength; // no lone surrogate
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

/** One escape for each UTF-16 code unit, as in JSON. */
function escaped(characters: string): string {
  const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
  return units.map((unit) => `\\u${(0x1_0000 + unit).toString(16).slice(1)}`).join("");
}
