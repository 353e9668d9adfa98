import type { ReactNode } from "react";
import type { Json } from "../api/types.ts";
import { coloured, JsonText } from "../controls/json-text.tsx";
import { expressionsIn } from "../state/expressions.ts";

interface Line {
  readonly text: string;
  readonly sources: readonly string[];
}

const maxLines = 400;
const maxCharacters = 32 * 1024;

/** A value as JSON; at each part that came from expressions, they stand behind it. */
export function ValueWithSources({
  value,
  template,
  name,
}: {
  readonly value: Json;
  /** As it is written in the blueprint, if that is known. */
  readonly template: Json | undefined;
  readonly name: string;
}): ReactNode {
  const isLarge = JSON.stringify(value).length > maxCharacters;
  const lines = template === undefined || isLarge ? [] : linesOf(value, template);
  if (lines.every(({ sources }) => sources.length === 0) || lines.length > maxLines)
    return <JsonText value={value} name={name} />;
  return (
    <pre className="json" tabIndex={0} aria-label={`JSON of ${name}, with where it comes from`}>
      {lines.map(({ text, sources }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines have no other name
        <span key={index} className="json-line">
          {coloured(text)}
          {sources.length > 0 && <span className="json-source"> ← {sources.join(", ")}</span>}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

/** Stops soon after the greatest number of lines that are shown. */
function linesOf(value: Json, template: Json): Line[] {
  const lines: Line[] = [];
  const add = (text: string, sources: readonly string[] = []): void => {
    lines.push({ text, sources });
  };
  const write = (part: Json, written: Json | undefined, { before, after, indent }: Place): void => {
    if (lines.length > maxLines) return;
    const space = "  ".repeat(indent);
    const sources = typeof written === "string" ? expressionsIn(written) : [];
    if (typeof part !== "object" || part === null || Object.keys(part).length === 0)
      return add(space + before + JSON.stringify(part) + after, sources);
    const isList = Array.isArray(part);
    add(space + before + (isList ? "[" : "{"), sources);
    const entries = Object.entries(part);
    for (const [index, [key, entry]] of entries.entries())
      write(entry, childOf(written, key), {
        before: isList ? "" : `${JSON.stringify(key)}: `,
        after: index < entries.length - 1 ? "," : "",
        indent: indent + 1,
      });
    add(space + (isList ? "]" : "}") + after);
  };
  write(value, template, { before: "", after: "", indent: 0 });
  return lines;
}

interface Place {
  readonly before: string;
  readonly after: string;
  readonly indent: number;
}

const childOf = (written: Json | undefined, key: string): Json | undefined =>
  typeof written === "object" && written !== null
    ? (written as Readonly<Record<string, Json | undefined>>)[key]
    : undefined;
