import type { ReadStream } from "node:tty";
import type { HumanAnswer, WaitingNode } from "@ice/core";
import { readJson } from "@ice/core/internal";
import { losesDigits } from "../inputs/exact-inputs.ts";
import { oneLine, shown } from "./printable.ts";
import { readLine, severalLines } from "./read-line.ts";
import type { GivenAnswer, Question } from "./terminal.ts";

/** Lines of a question, and choices, that are shown. */
const maxLines = 40;

/** A person at a terminal. */
interface Person {
  readonly stdin: ReadStream;
  readonly stderr: { write(text: string): unknown };
}

/** Reads an answer from one line; returns a hint when it is none. */
type ParseAnswer<Answer> = (line: string) => { readonly answer: Answer } | string;

/**
 * Asks at the terminal, on stderr, line by line. There is no default: an empty line is no answer, and only `yes` approves.
 * Undefined when the person presses Escape, Ctrl-C or Ctrl-D: the run stays suspended.
 */
export async function askPerson(
  person: Person,
  request: WaitingNode,
  { by, refused, signal }: Question,
): Promise<GivenAnswer | undefined> {
  const { path, promptMessage = "", assignees = [] } = request;
  if (refused !== undefined) person.stderr.write(`! ${oneLine(refused)}\n`);
  person.stderr.write(`? ${shown(path)}: ${linesOf(promptMessage).join("\n  | ")}\n`);
  const answer = await ask(person, signal, questionFor(request));
  if (answer === undefined) return undefined;
  if (by !== undefined || assignees.length === 0) return { answer, by };
  const who = await ask(person, signal, oneOf("Who are you?", assignees));
  return who === undefined ? undefined : { answer, by: who };
}

interface Prompt<Answer> {
  /** Lines above, safe to print. */
  readonly lines: readonly string[];
  /** Written before what is typed. */
  readonly hint: string;
  readonly parse: ParseAnswer<Answer>;
}

async function ask<Answer>(person: Person, signal: AbortSignal, prompt: Prompt<Answer>): Promise<Answer | undefined> {
  for (const line of prompt.lines) person.stderr.write(`${line}\n`);
  for (;;) {
    person.stderr.write(`  ${prompt.hint}: `);
    const line = await readLine(person, signal);
    if (line === undefined) return undefined;
    const parsed =
      line === severalLines ? "Write one line; several lines at once are ignored." : prompt.parse(line.trim());
    if (typeof parsed !== "string") return parsed.answer;
    person.stderr.write(`! ${oneLine(parsed)}\n`);
  }
}

function questionFor({ approvalType, choices = [] }: WaitingNode): Prompt<HumanAnswer> {
  if (approvalType === "choice") {
    const { lines, hint, parse } = oneOf("Choose:", choices);
    const parseChoice: ParseAnswer<HumanAnswer> = (line) => {
      const parsed = parse(line);
      return typeof parsed === "string" ? parsed : { answer: { choice: parsed.answer } };
    };
    return { lines, hint, parse: parseChoice };
  }
  if (approvalType === "input") return { lines: [], hint: "JSON or text", parse: parseResponse };
  return { lines: [], hint: "approve? yes or no", parse: parseApproval };
}

const parseApproval: ParseAnswer<HumanAnswer> = (line) => {
  if (/^y(?:es)?$/i.test(line)) return { answer: { approved: true } };
  return /^no?$/i.test(line) ? { answer: { approved: false } } : "Write yes or no; Ctrl-C leaves the request open.";
};

const parseResponse: ParseAnswer<HumanAnswer> = (line) => {
  if (line === "") return 'Write an answer ("" is the empty string); Ctrl-C leaves the request open.';
  try {
    const { value, inexact } = readJson(line);
    if (inexact === undefined) return { answer: { response: value } };
    return `At /response${inexact.pointer}: ${losesDigits(inexact.source)}; write a string in quotes.`;
  } catch {
    return { answer: { response: line } }; // no JSON: the text itself is the answer
  }
};

/** A numbered list. A number or a text selects from it; only a text when the texts are numbers themselves. */
function oneOf(title: string, options: readonly string[]): Prompt<string> {
  const numbered = !options.some((option) => /^\d+$/.test(option.trim()));
  const rows = options.slice(0, maxLines).map((option, index) => `  ${numbered ? index + 1 : "-"}  ${shown(option)}`);
  const more = options.length > maxLines ? [`  … and ${options.length - maxLines} more`] : [];
  return {
    lines: [`  ${title}`, ...rows, ...more],
    hint: numbered ? "number or text" : "text",
    parse(line) {
      // A text does not identify one of several that differ only in spaces.
      const named = options.filter((option) => option.trim() === line);
      const only = named.length === 1 ? named[0] : undefined;
      const picked = only ?? (numbered && /^\d{1,6}$/.test(line) ? options[Number(line) - 1] : undefined);
      if (picked !== undefined && line !== "") return { answer: picked };
      return `Write ${numbered ? `a number from 1 to ${options.length}, or ` : ""}one of the options; Ctrl-C leaves the request open.`;
    },
  };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const first = lines.slice(0, maxLines).map((line) => oneLine(line));
  return lines.length > maxLines ? [...first, `… and ${lines.length - maxLines} more lines`] : first;
}
