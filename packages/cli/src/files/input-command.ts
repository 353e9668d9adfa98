import type { Issue, Json, JsonObject } from "@ice/core";
import { didYouMean, fromPointer, isPlainObject, listNames, readJson } from "@ice/core/internal";
import { shellWord } from "../args/command-line.ts";
import type { DeclaredInputs } from "../inputs/declared-inputs.ts";

/** Characters of a command that a fix repeats. */
const maxCommandLength = 200;

/** Adds to issues about inputs the option to type, where a value that fits is known: `--input n=3`. */
export function withCommands(issues: readonly Issue[], inputs: JsonObject, declared: DeclaredInputs): readonly Issue[] {
  return issues.map((issue) => {
    const [, ...keys] = fromPointer(issue.path);
    const fix = keys.length === 0 ? undefined : fixAt(keys, inputs, declared);
    return fix === undefined ? issue : { ...issue, fix };
  });
}

function fixAt(keys: readonly string[], inputs: JsonObject, declared: DeclaredInputs): string | undefined {
  const [name = "", ...inside] = keys;
  const { names } = declared;
  if (!names.includes(name) && Object.hasOwn(inputs, name) && inside.length === 0)
    return didYouMean(name, names) || `remove it; the blueprint declares ${listNames(names) || "no inputs"}`;
  const value = declared.valueThatFits(name, inputs[name], inside);
  const option = value === undefined ? undefined : inputOption(name, value);
  return option === undefined || option.length > maxCommandLength ? undefined : `write ${option}`;
}

/** The option that gives an input this value, quoted for a shell: `--input zip='"12345"'` for the text "12345". */
export function inputOption(name: string, value: Json): string {
  const text = typeof value === "string" && !isJson(value) ? value : JSON.stringify(value);
  return shellWord(name) === name ? `--input ${name}=${shellWord(text)}` : `--input ${shellWord(`${name}=${text}`)}`;
}

/** The options for each field of an object that was given in place of `name=value`; undefined for anything else. */
export function optionsOfObject(text: string): string | undefined {
  if (!text.trimStart().startsWith("{") || !isJson(text)) return undefined;
  const { value } = readJson(text);
  if (!isPlainObject(value)) return undefined;
  const options = Object.entries(value).map(([name, field]) => inputOption(name, field));
  const command = options.join(" ");
  return options.length === 0 || command.length > maxCommandLength ? "--input @FILE.json" : command;
}

function isJson(text: string): boolean {
  try {
    readJson(text);
    return true;
  } catch {
    return false;
  }
}
