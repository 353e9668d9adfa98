import { shorten } from "@ice/core/internal";

/** A line of the text, from 1, as far as its indentation shows. */
interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** As far back is looked for what a line may belong to. */
const maxLines = 1000;

/** Most characters of a line that are looked at. */
const longest = 500;

/** What to do where the parser stopped for a reason that is no common slip, with the line. */
export function syntaxFix(reason: string, text: string, offset: number): string {
  const number = text.slice(0, offset).split("\n").length;
  const lines = text.split("\n", number).map((line, index) => ({
    number: index + 1,
    indent: line.length - line.trimStart().length,
    text: line.trim().slice(0, longest),
  }));
  const [at, ...before] = lines.slice(-maxLines).toReversed();
  const others = before.filter((line) => line.text !== "" && !line.text.startsWith("#"));
  if (at === undefined) return "correct the syntax";
  if (reason.startsWith("bad indentation")) return indentationFix(at, others);
  if (reason === "deficient indentation" || reason.startsWith("unexpected end"))
    return openFix(at.text === "" || reason.startsWith("unexpected end") ? [at, ...others] : others) ?? moreDeeply(at);
  if (reason.startsWith("missed comma"))
    return `write a comma between the entries in line ${number}, or close the bracket before it`;
  if (reason.includes("mapping key") || reason.includes("mapping entry"))
    return `write line ${number} as \`key: value\``;
  return `correct line ${number}; a string with special characters needs quotes`;
}

const moreDeeply = ({ number, indent }: Line): string =>
  `indent line ${number} with more than ${indent} spaces, or close the bracket or the quote before it`;

/** Where the entries of maps and of lists that are still open begin, the innermost first. */
function openLevels(lines: readonly Line[]): { readonly map: Level[]; readonly list: Level[] } {
  const open = { map: [] as Level[], list: [] as Level[] };
  let inner = Infinity;
  for (const { number, indent, text } of lines) {
    if (indent >= inner) continue;
    inner = indent;
    const dash = /^(?:- +)*/.exec(text)?.[0].length ?? 0;
    const key = /^(?:- +)*([^\s"'#{[][^"'{[:]*):(?: |$)/.exec(text)?.[1];
    if (key !== undefined) open.map.push({ indent: indent + dash, number, name: key });
    if (text.startsWith("-")) open.list.push({ indent, number, name: "- " });
    if (indent === 0) break;
  }
  return open;
}

interface Level {
  readonly indent: number;
  readonly number: number;
  readonly name: string;
}

/** The nearest level at which an entry of its kind may stand; the deeper one of two. */
function indentationFix(at: Line, before: readonly Line[]): string {
  const isEntry = at.text.startsWith("-");
  const { map, list } = openLevels(before);
  const levels = isEntry ? list : map;
  const [nearest] = levels.toSorted(
    (a, b) => Math.abs(a.indent - at.indent) - Math.abs(b.indent - at.indent) || b.indent - a.indent,
  );
  if (nearest === undefined) return `correct the indentation of line ${at.number}`;
  const { indent, number, name } = nearest;
  if (indent === at.indent) return `correct the indentation of line ${at.number}: entries begin in the same column`;
  const other =
    !isEntry && list.some((level) => level.indent === at.indent)
      ? ", or begin it with `- ` if it is another entry"
      : "";
  const spaces = indent === 0 ? "no spaces" : indent === 1 ? "1 space" : `${indent} spaces`;
  return `indent line ${at.number} with ${spaces}, as far as \`${shorten(name, 80)}\` in line ${number}${other}`;
}

const closing: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** The bracket or quote that is not closed in the nearest line that has one. */
function openFix(before: readonly Line[]): string | undefined {
  for (const { number, text } of before) {
    const open: string[] = [];
    const blank = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, "");
    for (const character of blank)
      if (closing[character] !== undefined) open.push(character);
      else if (character === "}" || character === "]") open.pop();
    const quote = /(?:^|[\s:,[{])(["'])/.exec(blank)?.[1];
    const last = open.at(-1);
    if (quote !== undefined) return `close the ${quote} in line ${number}`;
    if (last !== undefined) return `close the \`${last}\` in line ${number} with \`${closing[last]}\``;
  }
  return undefined;
}
