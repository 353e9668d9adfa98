import { shorten } from "../errors/shorten.ts";
import { compileExpression } from "./compile-expression.ts";
import { splitTemplate } from "./template.ts";

/** A part of a string that is a template in another language, but plain text here. */
export interface ForeignTemplate {
  readonly what: string;
  /** Names that it reads in that language. */
  readonly names: readonly string[];
  /** Created at the first use, because it compiles expressions. */
  fix(): string;
}

/** Whether a text may contain one; a quick test, because most texts contain none. */
export const mayBeForeign = (text: string): boolean => /[$#]\{|\{%|<%/.test(text);

interface Language {
  /** The expression is the first group. Linear in the text. */
  readonly pattern: RegExp;
  /** The beginning of the pattern, which the author writes as an expression to keep it. */
  readonly opens: string;
}

const languages: readonly Language[] = [
  { pattern: /\{%-?([^%]*)%\}/g, opens: "{%" },
  { pattern: /<%[=-]?([^%]*)%>/g, opens: "<%" },
  { pattern: /\$\{([^{}]*)\}/g, opens: "$" },
  { pattern: /#\{([^{}]*)\}/g, opens: "#" },
];

/** Source code of a program, in which `${x}` is intended. */
const program =
  /`|=>|\$\(|^#!|;[ \t]*$|\b(?:echo|printf|export) |\b(?:const|let|var) \w+ =|\bfor \w+ in\b|\bconsole\.log\(/m;

/** Maximum number of templates of one language that are checked in one string. */
const maxInText = 20;

/** Parts that look like templates of another language; those without names are omitted. */
export function foreignTemplates(text: string): readonly ForeignTemplate[] {
  const parts = text.includes("{{") ? splitTemplate(text) : [text];
  const plain = parts.filter((part) => typeof part === "string");
  const isProgram = plain.some((part) => program.test(part));
  const dollars = parts.flatMap((part, index) => {
    const next = parts[index + 1];
    return typeof part === "string" && part.endsWith("$") && typeof next === "object" ? [withDollar(next.text)] : [];
  });
  const known = isProgram ? languages.filter(({ opens }) => opens.length > 1) : languages;
  return [...dollars, ...plain.flatMap((part) => known.flatMap((language) => inPlainText(part, language)))];
}

/** `${{ inputs.n }}`, as GitHub writes it. */
const withDollar = (expression: string): ForeignTemplate => ({
  what: "the `$` before `{{` is plain text, and stands before the value",
  names: namesIn(expression),
  fix: () => `write \`{{ ${expression} }}\`; to keep the dollar sign, write \`{{ "$" }}{{ ${expression} }}\``,
});

function inPlainText(text: string, { pattern, opens }: Language): ForeignTemplate[] {
  const found: ForeignTemplate[] = [];
  for (const [whole, inner = ""] of text.matchAll(pattern)) {
    const expression = inner.replace(/-$/, "").trim();
    // A single name is a variable of shells and many languages.
    const isVariable = opens.length === 1 && !/^(?:item|index|state|[A-Za-z_]\w*\s*[.[?|].*)$/s.test(expression);
    if (!isVariable) found.push(templateOf(shorten(whole, 80), expression, opens));
    if (found.length >= maxInText) break;
  }
  return found;
}

const templateOf = (whole: string, expression: string, opens: string): ForeignTemplate => ({
  what: `\`${whole}\` is plain text here`,
  names: namesIn(expression),
  fix() {
    const keep = `to keep it as text, write \`{{ "${opens}" }}${whole.slice(opens.length)}\``;
    if (opens === "{%")
      return `templates have no statements: write \`{{ inputs.x == 1 ? 'a' : 'b' }}\`, or use \`when\`, a condition or a loop; ${keep}`;
    return `${isExpression(expression) ? `write \`{{ ${expression} }}\`` : "write an expression in `{{ }}`"}; ${keep}`;
  },
});

/** The names with which paths begin, outside string literals. */
const namesIn = (expression: string): string[] =>
  Array.from(expression.replaceAll(/"[^"]*"|'[^']*'/g, "").matchAll(/(?<![\w.])[A-Za-z_]\w*/g), ([name]) => name);

function isExpression(source: string): boolean {
  try {
    compileExpression(source);
    return true;
  } catch {
    return false;
  }
}
