import { shorten } from "@ice/core/internal";

/** A problem of a text, and its fix. */
export interface Slip {
  readonly message: string;
  readonly fix: string;
}

/** A line as far as a slip in it shows: `key: value` or `- value`, at most 500 characters of it. */
interface Line {
  /** With the blank behind it. */
  readonly head: string;
  readonly value: string;
  readonly text: string;
  /** Where the value begins in the whole text. */
  readonly valueOffset: number;
}

/** Common mistakes in YAML, the likeliest first. Each is tested with the line at which the parser stopped. */
const slips: readonly ((line: Line) => Slip | undefined)[] = [
  ({ text }) =>
    /^ *\t/.test(text)
      ? { message: "tabs are not allowed as indentation", fix: "indent with spaces, two for each level" }
      : undefined,
  ({ text }) =>
    text.includes("{%")
      ? {
          message: "`{% %}` is not supported in blueprints",
          fix: "blueprints support only `{{ }}`, in quotes: use `when`, a condition or a loop instead of `{% %}`",
        }
      : undefined,
  ({ head, value }) =>
    /^[^"']*\{\{/.test(value)
      ? {
          message: "a template needs quotes around it",
          fix: templateFix(head, value),
        }
      : undefined,
  ({ head, value }) =>
    /^[@`%&*!]/.test(value)
      ? { message: `a value cannot begin with \`${value[0]}\``, fix: quoteFix("quote the value", head, value) }
      : undefined,
  ({ head, value }) =>
    value.startsWith("- ")
      ? {
          message: "`- ` inside a value begins a list",
          fix: `${quoteFix("quote the value", head, value)}, or begin the list on a new line`,
        }
      : undefined,
  ({ head, value }) =>
    /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s#]/.test(value)
      ? {
          message: "there is text after the closing quote",
          fix: quoteFix("put the whole value into one pair of quotes", head, value),
        }
      : undefined,
  ({ head, value }) =>
    /^[^"'[{].*:(?: |$)/.test(value)
      ? { message: "`: ` inside a value begins another field", fix: quoteFix("quote the value", head, value) }
      : undefined,
  ({ text }) => {
    const key = /^\s*(?:- )?(?<name>[A-Za-z_]\w*):(?=[^\s:/])/.exec(text)?.groups?.["name"];
    return key === undefined
      ? undefined
      : { message: `no space after \`${shorten(key)}:\``, fix: `write a space after the colon: ${shorten(key)}: …` };
  },
];

/** The fix, and where the mistake is, if the parser stopped at a common one; otherwise undefined. */
export function slipAt(text: string, offset: number): (Slip & { readonly offset: number }) | undefined {
  const here = findIn(lineAt(text, offset));
  if (here !== undefined) return { ...here, offset };
  // The parser often stops in the line after the mistake.
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  if (start === 0) return undefined;
  const before = lineAt(text, start - 1);
  const found = findIn(before);
  return found && { ...found, offset: before.valueOffset };
}

function findIn(line: Line): Slip | undefined {
  for (const slip of slips) {
    const found = slip(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What to write for a template without quotes at a place. */
export function fixTemplate(text: string, offset: number): string {
  const { head, value } = lineAt(text, offset);
  return templateFix(head, value);
}

/** The value in quotes; of a list or an object in one line the entry alone. */
function templateFix(head: string, value: string): string {
  const inner = /^(?:\{(?!\{)|\[)/.test(value) ? templateIn(value) : undefined;
  const quoted = inner === undefined ? `${head}${inQuotes(value)}` : `${inner.key}${inQuotes(inner.template)}`;
  return `quote the whole value with the template: ${quoted}`;
}

/** A value that YAML read as something else than text: what to write so that it is text. */
export function quotedValue(text: string, offset: number): string {
  const { head, value } = lineAt(text, offset);
  return `${head}${inQuotes(value)}`;
}

function quoteFix(what: string, head: string, value: string): string {
  return `${what}: ${head}${inQuotes(value)}`;
}

/** The first template without quotes among the entries of `{ … }` or `[ … ]`, with its key. */
function templateIn(entries: string): { readonly key: string; readonly template: string } | undefined {
  const found = /(?<key>\w+: +)?(?<template>(?:[^"',:{}[\]]*[^\s"',:{}[\]]\s+)?\{\{[^{}]*\}\})/.exec(entries)?.groups;
  return found && { key: found["key"] ?? "", template: found["template"]!.trimStart() };
}

/** In the quotes that the value does not use itself. */
function inQuotes(value: string): string {
  const whole = shorten(value.replace(/\s+#.*$/, "").trimEnd());
  if (!/["\\]/.test(whole)) return `"${whole}"`;
  return `'${whole.replaceAll("'", "''")}'`;
}

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1;
  const end = text.indexOf("\n", start);
  const line = text.slice(start, Math.min(end < 0 ? text.length : end, start + 500)).replace(/\r$/, "");
  const head = /^(?:- +)*(?:[^\s:"'#{[][^:"'{[]*:(?: +|$)|)/.exec(line.trimStart())?.[0] ?? "";
  const value = line.trimStart().slice(head.length);
  return { head, value, text: line, valueOffset: start + line.length - value.length };
}
