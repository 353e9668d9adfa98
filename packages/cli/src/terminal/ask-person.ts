import type { ReadStream } from "node:tty";
import { readJson, type HumanAnswer, type WaitingNode } from "@ice/core";
import { losesDigits } from "../inputs/exact-inputs.ts";
import { oneLine, shown } from "./printable.ts";
import { readLine, severalLines } from "./read-line.ts";
import type { GivenAnswer, Question } from "./terminal.ts";

/** Most lines of a question and most choices that are shown. */
const mostLines = 40;

/** A person at a terminal. */
interface Person {
  readonly stdin: ReadStream;
  readonly stderr: { write(text: string): unknown };
}

/** What an answer on one line means; a text says what would be one. */
type Meaning<Answer> = (line: string) => { readonly answer: Answer } | string;

/**
 * Asks at the terminal, on stderr, line by line. Nothing is preselected: an empty line is no answer, and only `yes` approves.
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

interface Asked<Answer> {
  /** Lines above, each already fit for a terminal. */
  readonly lines: readonly string[];
  /** Stands before what is typed. */
  readonly hint: string;
  readonly meaning: Meaning<Answer>;
}

async function ask<Answer>(person: Person, signal: AbortSignal, asked: Asked<Answer>): Promise<Answer | undefined> {
  for (const line of asked.lines) person.stderr.write(`${line}\n`);
  for (;;) {
    person.stderr.write(`  ${asked.hint}: `);
    const line = await readLine(person, signal);
    if (line === undefined) return undefined;
    const meant =
      line === severalLines ? "Write one line; of several at once none is taken." : asked.meaning(line.trim());
    if (typeof meant !== "string") return meant.answer;
    person.stderr.write(`! ${oneLine(meant)}\n`);
  }
}

function questionFor({ approvalType, choices = [] }: WaitingNode): Asked<HumanAnswer> {
  if (approvalType === "choice") {
    const { lines, hint, meaning } = oneOf("Choose:", choices);
    const chosen: Meaning<HumanAnswer> = (line) => {
      const meant = meaning(line);
      return typeof meant === "string" ? meant : { answer: { choice: meant.answer } };
    };
    return { lines, hint, meaning: chosen };
  }
  if (approvalType === "input") return { lines: [], hint: "JSON, or a text", meaning: responseOf };
  return { lines: [], hint: "approve? yes or no", meaning: approvalOf };
}

const approvalOf: Meaning<HumanAnswer> = (line) => {
  if (/^y(?:es)?$/i.test(line)) return { answer: { approved: true } };
  return /^no?$/i.test(line) ? { answer: { approved: false } } : "Write yes or no; Ctrl-C leaves it open.";
};

const responseOf: Meaning<HumanAnswer> = (line) => {
  if (line === "") return 'Write an answer ("" is the empty text); Ctrl-C leaves it open.';
  try {
    const { value, inexact } = readJson(line);
    if (inexact === undefined) return { answer: { response: value } };
    return `At /response${inexact.path}: ${losesDigits(inexact.source)}; write a string in quotes.`;
  } catch {
    return { answer: { response: line } }; // no JSON: the text itself is the answer
  }
};

/** A list with numbers. What is typed is one of them or one of the texts; where texts are numbers themselves, only a text. */
function oneOf(title: string, options: readonly string[]): Asked<string> {
  const numbered = !options.some((option) => /^\d+$/.test(option.trim()));
  const rows = options.slice(0, mostLines).map((option, index) => `  ${numbered ? index + 1 : "-"}  ${shown(option)}`);
  const more = options.length > mostLines ? [`  … and ${options.length - mostLines} more`] : [];
  return {
    lines: [`  ${title}`, ...rows, ...more],
    hint: numbered ? "number or text" : "text",
    meaning(line) {
      // Of texts that differ in blanks only, a text does not say which.
      const named = options.filter((option) => option.trim() === line);
      const only = named.length === 1 ? named[0] : undefined;
      const picked = only ?? (numbered && /^\d{1,6}$/.test(line) ? options[Number(line) - 1] : undefined);
      if (picked !== undefined && line !== "") return { answer: picked };
      return `Write ${numbered ? `a number from 1 to ${options.length}, or ` : ""}one of the texts; Ctrl-C leaves it open.`;
    },
  };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const first = lines.slice(0, mostLines).map((line) => oneLine(line));
  return lines.length > mostLines ? [...first, `… and ${lines.length - mostLines} more lines`] : first;
}
