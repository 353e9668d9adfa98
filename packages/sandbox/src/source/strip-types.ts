import { stripTypeScriptTypes } from "node:module";

// TypeScript refuses `return` outside a function, so the source is wrapped in one; types become spaces, so positions stay.
const head = "async function code(input) {";
const tail = "\n}";

/**
 * The source without its types.
 *
 * @throws Error when it is not TypeScript, or uses what types cannot be stripped from (enums, namespaces, parameter properties).
 */
export function stripTypes(source: string): string {
  return stripTypeScriptTypes(head + source + tail).slice(head.length, -tail.length);
}

/** ` (line 3)` of the code, as the head of the stack has it (`:3`); something missing at its end is reported at its last line. */
export function lineOfSyntaxError({ stack = "" }: Error, source: string): string {
  const line = /^[^\n]*:(\d+)\n/.exec(stack)?.[1];
  return line === undefined ? "" : ` (line ${Math.min(Number(line), source.split("\n").length)})`;
}
