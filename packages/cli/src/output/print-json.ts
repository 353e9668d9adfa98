import type { Json } from "@ice/core";
import { jsonLength } from "@ice/core/internal";
import { partsOf, printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { indented } from "./indented.ts";

/** Length of a document, as compact JSON, that is indented: indentation can make it eleven times as long. */
const maxIndentedLength = 16_777_216;

/**
 * Prints one JSON document, indented unless it is longer than 16 MiB. Control characters are escaped as JSON escapes them, so the
 * data stays the same; in parts, because escapes can make it six times as long.
 */
export function printJson({ stdout }: Terminal, value: unknown): void {
  const isShort = jsonLength((value ?? null) as Json, maxIndentedLength) <= maxIndentedLength;
  for (const part of partsOf(isShort ? indented(value) : JSON.stringify(value))) stdout.write(printable(part));
  stdout.write("\n");
}
