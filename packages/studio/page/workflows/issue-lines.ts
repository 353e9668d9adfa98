import type { Issue } from "@ice/core";
import type { Json } from "../api/types.ts";

/** A line of a text, with what is wrong in it. */
export interface TextLine {
  readonly text: string;
  readonly issues: readonly Issue[];
}

/** The text of a file. Issues have their lines; one without stands at the first line. */
export function linesOfFile(text: string, issues: readonly Issue[]): TextLine[] {
  const lines = text.split(/\r?\n/);
  return withIssues(lines, (issue) => Math.min(issue.line ?? 1, lines.length) - 1, issues);
}

/** A value as JSON. An issue stands at the line of its pointer, or of what is around it. */
export function linesOfJson(value: Json, issues: readonly Issue[]): TextLine[] {
  const lines: string[] = [];
  const lineOf = new Map<string, number>();
  write(value, { indent: "", before: "", after: "", pointer: "" });
  return withIssues(lines, ({ path }) => nearest(path), issues);

  function write(part: Json, place: Place): void {
    const { indent, before, after, pointer } = place;
    lineOf.set(pointer, lines.length);
    const isList = Array.isArray(part);
    const entries = typeof part === "object" && part !== null ? Object.entries(part) : [];
    if (entries.length === 0) {
      lines.push(indent + before + JSON.stringify(part) + after);
      return;
    }
    lines.push(indent + before + (isList ? "[" : "{"));
    for (const [at, [key, entry]] of entries.entries())
      write(entry, {
        indent: `${indent}  `,
        before: isList ? "" : `${JSON.stringify(key)}: `,
        after: at < entries.length - 1 ? "," : "",
        pointer: `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      });
    lines.push(indent + (isList ? "]" : "}") + after);
  }

  function nearest(pointer: string): number {
    for (let path = pointer; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
      const line = lineOf.get(path);
      if (line !== undefined) return line;
    }
    return 0;
  }
}

interface Place {
  readonly indent: string;
  readonly before: string;
  readonly after: string;
  readonly pointer: string;
}

function withIssues(lines: readonly string[], lineOf: (issue: Issue) => number, issues: readonly Issue[]): TextLine[] {
  const byLine = Map.groupBy(issues, lineOf);
  return lines.map((text, at) => ({ text, issues: byLine.get(at) ?? [] }));
}
