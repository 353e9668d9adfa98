/** A string literal of a source file, and its line. Template literals count up to their first `${`. */
export interface SourceString {
  readonly text: string;
  readonly line: number;
}

/**
 * The string literals of TypeScript source, without comments. Reads characters, not grammar: an indirect import
 * (`import(name)`, `require`, a name kept in a constant) is a string all the same.
 */
export function sourceStrings(source: string): SourceString[] {
  const strings: SourceString[] = [];
  let line = 1;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === "\n") line += 1;
    else if (source.startsWith("//", at)) at = endOf(source, "\n", at) - 1;
    else if (source.startsWith("/*", at)) {
      const end = endOf(source, "*/", at + 2) + 1;
      line += count(source.slice(at, end));
      at = end;
    } else if (character === '"' || character === "'" || character === "`") {
      const end = endOfLiteral(source, at, character);
      const text = source.slice(at + 1, end);
      strings.push({ text: character === "`" ? text.split("${")[0]! : text, line });
      line += count(text);
      at = end;
    } else if (character === "/" && /[=(,:;!&|?{}\n]\s*$/.test(source.slice(Math.max(0, at - 10), at)))
      at = endOfRegExp(source, at);
  }
  return strings;
}

const count = (text: string): number => text.split("\n").length - 1;

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at < 0 ? source.length : at;
}

function endOfLiteral(source: string, at: number, quote: string): number {
  for (let next = at + 1; next < source.length; next += 1) {
    if (source[next] === "\\") next += 1;
    else if (source[next] === quote) return next;
  }
  return source.length;
}

function endOfRegExp(source: string, at: number): number {
  let inClass = false;
  for (let next = at + 1; next < source.length; next += 1) {
    if (source[next] === "\\") next += 1;
    else if (source[next] === "\n") return at;
    else if (source[next] === "[") inClass = true;
    else if (source[next] === "]") inClass = false;
    else if (source[next] === "/" && !inClass) return next;
  }
  return at;
}
