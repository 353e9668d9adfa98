import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { IceError, messageOf, type JsonObject } from "@ice/core";
import {
  countJsonParts,
  finish,
  isPlainObject,
  maxJsonParts,
  readJson,
  shorten,
  type ReadJson,
} from "@ice/core/internal";
import { readRegularFileSync } from "@ice/host";
import { shellWord } from "../args/command-line.ts";
import { unreadableFile } from "../args/missing-file.ts";
import type { DeclaredInputs } from "../inputs/declared-inputs.ts";
import { inexactInput } from "../inputs/exact-inputs.ts";
import { inputOption, optionsOfObject } from "./input-command.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Inputs of a run from the values of `--input`, later ones over earlier ones: `k=v` (JSON when it parses as JSON, else a
 * string; where both are possible, the declaration decides), `@file.json`, or `-` for standard input.
 *
 * @param stdinTaken - whether the blueprint came from there.
 * @throws IceError `ICE_USAGE`, `ICE_FILE_NOT_FOUND`, `ICE_INPUT_INVALID`.
 */
export async function readInputs(
  given: readonly string[],
  terminal: Terminal,
  { stdinTaken, declared }: { readonly stdinTaken: boolean; readonly declared: DeclaredInputs },
): Promise<JsonObject> {
  if (given.filter((text) => text === "-").length + (stdinTaken ? 1 : 0) > 1)
    throw new IceError("ICE_USAGE", "Standard input can be read only once.", {
      fix: "read one of the two from a file",
    });
  const parts: JsonObject[] = [];
  for (const text of given) {
    if (text === "-") parts.push(parseInputs(await terminal.readStdin(), "standard input"));
    else if (text.startsWith("@"))
      parts.push(parseInputs(readInputFile(terminal.cwd, text.slice(1)), `"${text.slice(1)}"`));
    else parts.push(parsePair(text, terminal.cwd, declared));
  }
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

function parsePair(text: string, cwd: string, declared: DeclaredInputs): JsonObject {
  const equals = text.indexOf("=");
  const options = optionsOfObject(text) ?? (equals < 1 ? suggestedOption(text, cwd, declared) : undefined);
  if (options !== undefined)
    throw new IceError("ICE_USAGE", `--input needs k=v, @file.json or -, but got "${shorten(text)}".`, {
      fix: `write ${options}`,
    });
  const name = text.slice(0, equals);
  return Object.fromEntries([[name, declared.valueOf(name, text.slice(equals + 1))]]);
}

/** For a text without a name, or without a value. */
function suggestedOption(text: string, cwd: string, declared: DeclaredInputs): string {
  if (text !== "" && existsSync(resolve(cwd, text))) return `--input ${shellWord(`@${text}`)}`;
  const [first = "name"] = declared.names;
  const name = declared.names.includes(text) || (first === "name" && /^[A-Za-z_]\w*$/.test(text)) ? text : first;
  return inputOption(name, declared.valueThatFits(name) ?? "value");
}

function readInputFile(cwd: string, named: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readRegularFileSync(resolve(cwd, named), { path: named });
  } catch (error) {
    throw IceError.is(error) && error.cause !== undefined ? unreadableFile(cwd, named, error.cause) : error;
  }
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  throw new IceError("ICE_INPUT_INVALID", `The inputs file "${named}" is not valid UTF-8.`, {
    fix: "save the file as UTF-8",
  });
}

function parseInputs(text: string, source: string): JsonObject {
  if (finish(countJsonParts(text)).count > maxJsonParts)
    throw new IceError(
      "ICE_INPUT_INVALID",
      `The inputs of ${source} have more than ${maxJsonParts} objects, lists and keys.`,
      { fix: "keep large data in files and pass their paths" },
    );
  let read: ReadJson;
  try {
    read = readJson(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are not JSON: ${messageOf(cause)}.`, {
      cause,
      fix: "correct the JSON",
    });
  }
  if (read.inexact !== undefined) throw inexactInput(read.inexact);
  if (isPlainObject(read.value)) return read.value;
  throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are not a JSON object.`, {
    fix: 'write {"name": "value"}',
  });
}
