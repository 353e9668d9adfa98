import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IceError, isPlainObject, messageOf, type JsonObject } from "@ice/core";
import { missingFile } from "./missing-file.ts";
import type { Terminal } from "./terminal/terminal.ts";

/**
 * Inputs of a run from the values of `--input`, later ones over earlier ones: `k=v` (JSON when it parses as JSON, else a
 * string), `@file.json`, or `-` for standard input.
 *
 * @param stdinTaken - whether the blueprint came from there.
 * @throws IceError `ICE_USAGE`, `ICE_FILE_NOT_FOUND`, `ICE_INPUT_INVALID`.
 */
export async function readInputs(
  given: readonly string[],
  terminal: Terminal,
  { stdinTaken }: { readonly stdinTaken: boolean },
): Promise<JsonObject> {
  if (given.filter((text) => text === "-").length + (stdinTaken ? 1 : 0) > 1)
    throw new IceError("ICE_USAGE", "Standard input can be read once only.", { fix: "put one of the two into a file" });
  const parts: JsonObject[] = [];
  for (const text of given) {
    if (text === "-") parts.push(parseInputs(await terminal.readStdin(), "standard input"));
    else if (text.startsWith("@"))
      parts.push(parseInputs(readInputFile(terminal.cwd, text.slice(1)), `"${text.slice(1)}"`));
    else parts.push(parsePair(text));
  }
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

function parsePair(text: string): JsonObject {
  const equals = text.indexOf("=");
  if (equals < 1)
    throw new IceError("ICE_USAGE", `--input needs k=v, @file.json or -, but got "${text}".`, {
      fix: "write --input name=value",
    });
  return Object.fromEntries([[text.slice(0, equals), jsonOrString(text.slice(equals + 1))]]);
}

function readInputFile(cwd: string, named: string): string {
  try {
    return readFileSync(resolve(cwd, named), "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") throw missingFile(cwd, named);
    throw new IceError("ICE_FILE_NOT_FOUND", `The inputs file "${named}" cannot be read.`, {
      cause,
      fix: "check --input @FILE",
    });
  }
}

function parseInputs(text: string, source: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are not JSON: ${messageOf(cause)}.`, {
      cause,
      fix: "correct the JSON",
    });
  }
  if (isPlainObject(value)) return value as JsonObject;
  throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are no JSON object.`, {
    fix: 'write {"name": "value"}',
  });
}

function jsonOrString(text: string): JsonObject[string] {
  try {
    return JSON.parse(text) as JsonObject[string];
  } catch {
    return text; // not JSON: a string, as documented
  }
}
