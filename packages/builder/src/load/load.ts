import { IceError, type BlueprintInput, type Json, type NetworkManifestInput } from "@ice/core";
import { parseFile } from "./blueprint-loader.ts";
import { parseText, type ParseOptions, type ParsedText } from "./parse-text.ts";

/**
 * Reads a blueprint file into data for `new Workflow` and `WorkflowFactory`, which validate it.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND`, or the first of `details.issues` (`ICE_BLUEPRINT_SYNTAX`, `_LIMIT`, `_SCHEMA`).
 */
export function load(file: string): BlueprintInput {
  return dataOf(parseFile(file).parsed, file) as unknown as BlueprintInput;
}

/** Like `load`, for the file of a network: returns data for `NetworkCoordinatorFactory`. */
export function loadNetwork(file: string): NetworkManifestInput {
  return dataOf(parseFile(file).parsed, file) as unknown as NetworkManifestInput;
}

/** Like `load`, from text. */
export function loadText(text: string, options: ParseOptions = { format: "yaml" }): BlueprintInput {
  return dataOf(parseText(text, options), "the text") as unknown as BlueprintInput;
}

function dataOf(parsed: ParsedText, source: string): Json {
  if (parsed.ok) return parsed.value;
  const [issue] = parsed.issues;
  const place = issue?.line === undefined ? "" : `:${issue.line}:${issue.column ?? 1}`;
  throw new IceError(issue?.code ?? "ICE_BLUEPRINT_SYNTAX", `${source}${place}: ${issue?.message}`, {
    fix: issue?.fix,
    details: { issues: parsed.issues },
  });
}
