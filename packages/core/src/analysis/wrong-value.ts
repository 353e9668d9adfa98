import type { z } from "zod";
import { articled } from "../errors/articled.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Json } from "../json/json.ts";
import { isPlainObject } from "../json/json.ts";
import { shownJson } from "../json-schema/visit.ts";

type ZodIssue = z.core.$ZodIssue;

export interface WrongValue {
  readonly message: string;
  readonly fix: string | undefined;
}

/** Where a value is, for its fix: the name of its field, and the names of the fields that an object there may have. */
interface Field {
  readonly name: string;
  readonly known: readonly string[];
}

/**
 * Message and fix for a value of the wrong type: the expected type, the value, and what to write instead, as YAML.
 *
 * @param given - the value; undefined when there is none.
 */
export function wrongValue(issue: ZodIssue, given: unknown, field: Field): WrongValue {
  if (issue.code === "invalid_union") return wrongAlternative(issue, given, field);
  if (issue.code === "unrecognized_keys")
    return { message: `has the unknown field ${listNames(issue.keys.map((key) => `\`${key}\``))}`, fix: undefined };
  const size = wrongSize(issue, given);
  if (size !== undefined) return size;
  if (issue.code === "custom") {
    const fix: unknown = issue.params?.["fix"];
    return {
      message: issue.message,
      fix: typeof fix === "string" ? fix : fixOf(kindWanted(issue.message), given, field),
    };
  }
  const wanted = wantedBy(issue);
  if (wanted === undefined) return { message: lowered(issue.message), fix: undefined };
  return { message: `must be ${wanted}, but is ${named(given)}`, fix: fixFor(issue, given, field) };
}

/** The expected type in the message of one of our own schemas. */
function kindWanted(message: string): string {
  if (message.startsWith("expected an object")) return "object";
  return message.startsWith("expected a list") ? "array" : "";
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Names of zod's types, for messages. */
const kinds: Readonly<Record<string, string>> = {
  int: "a whole number",
  array: "a list",
  record: "an object",
  nan: "a number",
};

/** A string or a list that is too short or too long. */
function wrongSize(issue: ZodIssue, given: unknown): WrongValue | undefined {
  if ((issue.code !== "too_small" && issue.code !== "too_big") || !isLibraryMessage(issue.message)) return undefined;
  const noun = issue.origin === "string" ? "character" : issue.origin === "array" ? "entry" : undefined;
  if (noun === undefined || (typeof given !== "string" && !Array.isArray(given))) return undefined;
  const [word, limit] = issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum];
  const counted = Number(limit) === 1 ? noun : noun === "entry" ? "entries" : `${noun}s`;
  return { message: `must have ${word} ${limit} ${counted}, but has ${given.length}`, fix: undefined };
}

/** Whether a message comes from the schema library; messages by the author of a schema are kept. */
const isLibraryMessage = (message: string): boolean => /^(?:Invalid |Too small|Too big)/.test(message);

function wantedBy(issue: ZodIssue): string | undefined {
  if (issue.code === "invalid_type") return kinds[issue.expected] ?? articled(issue.expected);
  if (issue.code === "invalid_value")
    return issue.values.length === 1 ? quoted(issue.values[0]) : `one of ${issue.values.map(quoted).join(", ")}`;
  if (issue.code === "not_multiple_of") return `a multiple of ${issue.divisor}`;
  if (issue.code === "invalid_format" && isLibraryMessage(issue.message)) return formatWanted(issue);
  if (!("origin" in issue) || (issue.origin !== "number" && issue.origin !== "int")) return undefined;
  if (issue.code === "too_small") return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  return issue.code === "too_big"
    ? `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`
    : undefined;
}

function formatWanted({ format, ...more }: ZodIssue & { readonly code: "invalid_format" }): string {
  const { pattern, prefix, suffix, includes } = more as Readonly<Record<string, unknown>>;
  if (format === "regex") return `a string that matches ${shorten(String(pattern))}`;
  const part = prefix ?? suffix ?? includes;
  return part === undefined
    ? `a string in the format ${format}`
    : `a string that ${format.replace("_", " ")} ${quoted(part)}`;
}

function fixFor(issue: ZodIssue, given: unknown, field: Field): string | undefined {
  if (issue.code === "invalid_type") return fixOf(issue.expected, given, field);
  if (issue.code === "invalid_format") return undefined;
  if (issue.code !== "invalid_value") return `write a number that is ${wantedBy(issue)}`;
  const words = issue.values.map(String);
  return (typeof given === "string" && didYouMean(given, words)) || `use one of ${listNames(words)}`;
}

/** What to write when a value of another type was expected. */
function fixOf(kind: string, given: unknown, { name, known }: Field): string | undefined {
  const put = (value: string): string => (name === "" ? `\`${value}\`` : `\`${name}: ${value}\``);
  switch (kind) {
    case "string":
      return given === null ? "write a string, or remove the field" : `write it in quotes: ${put(inQuotes(given))}`;
    case "number":
    case "int":
      if (typeof given === "string" && given.trim() !== "" && Number.isFinite(Number(given)))
        return `remove the quotes: ${put(given.trim())}`;
      return `write ${kind === "int" ? "a whole number" : "a number"}, without a unit and without quotes`;
    case "boolean":
      if (typeof given === "string" && /^(?:true|yes|on)$/i.test(given)) return `write ${put("true")}`;
      return typeof given === "string" && /^(?:false|no|off)$/i.test(given)
        ? `write ${put("false")}`
        : "write `true` or `false`";
    case "array":
      if (Array.isArray(given)) return "add an entry";
      if (isPlainObject(given)) return "write a list: each entry begins with `- `";
      return given === null
        ? "write a list, or indent it below the field"
        : `put it into a list: ${put(`[${written(given)}]`)}`;
    case "object":
    case "record":
      if (given === null) return "indent its fields below it: they are missing, or at the same level";
      return known.length === 0
        ? `write fields with values: ${put("{ key: value }")}`
        : `write an object with ${listNames(known)}`;
    default:
      return undefined;
  }
}

/** The expectations of all alternatives, in one sentence. */
function wrongAlternative(
  issue: ZodIssue & { readonly code: "invalid_union" },
  given: unknown,
  { name, known }: Field,
): WrongValue {
  const firsts = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const inside = firsts.filter(({ path }) => path.length > 0);
  if (inside.length > 0 && isPlainObject(given))
    return {
      message: `has a value of the wrong shape: ${lowered(inside[0]!.message)}`,
      fix: known.length === 0 ? undefined : `an object has ${listNames(known)}`,
    };
  const words = firsts.flatMap((first) => (first.code === "invalid_value" ? first.values.map(String) : []));
  const others = firsts.flatMap((first) => {
    if (first.code === "invalid_value") return [];
    const wanted = wantedBy(first) ?? lowered(first.message);
    return [wanted === "an object" && known.length > 0 ? `an object with ${listNames(known)}` : wanted];
  });
  const wanted = [...new Set([...words.map((word) => JSON.stringify(word)), ...others])].map((text) => shorten(text));
  if (wanted.length === 0)
    return { message: "has a value of the wrong shape: it matches none of the alternatives", fix: undefined };
  return {
    message: `must be ${wanted.join(", or ")}, but is ${named(given)}`,
    fix:
      (typeof given === "string" && didYouMean(given, words)) ||
      (typeof given === "number" &&
        name !== "" &&
        known.length === 1 &&
        `write \`${name}: { ${known[0]}: ${given} }\``) ||
      (words.length === 0 ? undefined : `use one of ${listNames(words)}`),
  };
}

const quoted = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : String(value));

/** A value in a message: its type and, if it is short by nature, the value. */
export function named(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${shownJson(value as Json)}`;
}

const written = (value: unknown): string => (typeof value === "string" ? shorten(value, 80) : shownJson(value as Json));

/** As a YAML string: in single quotes if it contains double quotes. */
function inQuotes(value: unknown): string {
  const text = typeof value === "object" ? shownJson(value as Json) : String(value);
  return text.includes('"') ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}
