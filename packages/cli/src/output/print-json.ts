import { jsonLength, type Json } from "@ice/core";
import { partsOf, printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { indented } from "./indented.ts";

/** Longest document, as compact JSON, that is indented: blanks can make eleven times as much of it. */
const mostIndented = 16_777_216;

/**
 * Prints one JSON document, indented unless it is longer than 16 MiB. What a terminal could take for a command is escaped as JSON
 * escapes it, so nothing is lost; a part at a time, because it may become six times as long.
 */
export function printJson({ stdout }: Terminal, value: unknown): void {
  const isShort = jsonLength((value ?? null) as Json, mostIndented) <= mostIndented;
  for (const part of partsOf(isShort ? indented(value) : JSON.stringify(value))) stdout.write(printable(part));
  stdout.write("\n");
}
