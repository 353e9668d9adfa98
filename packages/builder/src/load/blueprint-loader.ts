import { dirname, resolve } from "node:path";
import {
  defaultBlueprintLimits,
  IceError,
  type BlueprintLimits,
  type BlueprintLoader,
  type FileAccess,
  type Issue,
  type LoadedBlueprint,
  type ReferencedFile,
} from "@ice/core";
import { checkNumbers } from "@ice/core/internal";
import { createFileAccess, readRegularFileSync } from "@ice/host";
import { loadExport, moduleReference, type ModuleReference } from "./load-module.ts";
import { parseText, tooLargeIssue, type ParsedText } from "./parse-text.ts";

/** What a blueprint loader may read. */
export interface BlueprintLoaderOptions {
  /** The files that blueprints may name. Default: those below the working directory, as `createFileAccess()` of `@ice/host` says. */
  readonly files?: FileAccess | undefined;
  readonly limits?: Partial<BlueprintLimits> | undefined;
  /**
   * Whether `./module.ts#export` may be loaded, which runs that module with everything this process may do. Default false.
   */
  readonly allowCode?: boolean | undefined;
}

/** Reads the files that blueprints and networks name: `./child.yaml`, relative to the file that names it. */
export function createBlueprintLoader({
  files = createFileAccess(),
  limits = {},
  allowCode = false,
}: BlueprintLoaderOptions = {}): BlueprintLoader {
  checkNumbers("`limits`", limits, { min: 1 });
  const { maxBytes } = { ...defaultBlueprintLimits, ...limits };
  return {
    locate(ref, base) {
      const { path, name } = moduleReference(ref) ?? { path: ref, name: undefined };
      const file = resolve(dirname(base), path);
      return name === undefined ? file : `${file}#${name}`;
    },
    load(ref, base): LoadedBlueprint {
      const module = moduleReference(ref);
      if (module !== undefined && !allowCode)
        return refused(
          "ICE_CODE_DENIED",
          `\`${ref}\` names code, which is not allowed here`,
          "refer to a YAML or JSON file, or let the owner of the process allow code: `allow: { code: true }`",
        );
      let found: ReferencedFile;
      try {
        found = files.readReference(module?.path ?? ref, base, {
          maxBytes: module === undefined ? maxBytes : moduleBytes,
        });
      } catch (error) {
        return problemOf(error);
      }
      if (module !== undefined) return loadedExport(found.file, module);
      const parsed = parseText(found.bytes, { format: formatOf(found.file), limits });
      return parsed.ok ? { ok: true, base: found.file, data: parsed.value } : { ok: false, issues: parsed.issues };
    },
  };
}

const moduleBytes = 16 * 1024 * 1024;
const formatOf = (file: string): "json" | "yaml" => (file.endsWith(".json") ? "json" : "yaml");

/** What is wrong with a reference is an issue like any other; an error of the system that may pass (too many files) is thrown. */
function problemOf(error: unknown): LoadedBlueprint {
  if (!IceError.is(error)) throw error;
  const { message, fix = "refer to another file", details } = error;
  const what = `the workflow file ${message.replace(/^There is no file (.*)\.$/s, "$1 is not there").replace(/\.$/, "")}`;
  if (error.code === "ICE_FILE_NOT_FOUND")
    return refused("ICE_WORKFLOW_UNKNOWN", what, "correct the path; it is relative to the file that names it");
  if (details["bytes"] !== undefined)
    return refused("ICE_BLUEPRINT_LIMIT", what, "split it into sub-workflows, or keep data in files");
  return refused("ICE_FILE_DENIED", what, fix);
}

/** Its address keeps the name of the export; files that it names are still found beside the module. */
function loadedExport(file: string, { path, name }: ModuleReference): LoadedBlueprint {
  if (name === undefined || !/^[\p{L}\p{N}_$]+$/u.test(name))
    return refused("ICE_WORKFLOW_UNKNOWN", `\`${path}\` is a module: which export?`, `write ${path}#name`);
  const loaded = loadExport(file, { path, name });
  return "data" in loaded
    ? { ok: true, base: `${file}#${name}`, data: loaded.data }
    : refused("ICE_WORKFLOW_UNKNOWN", `the module \`${path}\` gives no workflow: ${loaded.problem}`, loaded.fix);
}

/** A file that was read. */
export interface ParsedFile {
  readonly parsed: ParsedText;
  /** What was read, for reports; empty for a file that is too large. */
  text(): string;
}

/**
 * Reads one file, by its ending: `.json` is JSON, everything else YAML. No directory, pipe or device; its size is looked at first.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND`, `ICE_FILE_DENIED` (not permitted by the system).
 */
export function parseFile(file: string, limits: Partial<BlueprintLimits> = {}): ParsedFile {
  const { maxBytes } = { ...defaultBlueprintLimits, ...limits };
  let bytes: Uint8Array;
  try {
    bytes = readRegularFileSync(file, { maxBytes });
  } catch (error) {
    const size = IceError.is(error) ? error.details["bytes"] : undefined;
    if (typeof size !== "number") throw error;
    return { parsed: { ok: false, issues: [tooLargeIssue(size, maxBytes)] }, text: () => "" };
  }
  return { parsed: parseText(bytes, { format: formatOf(file), limits }), text: () => new TextDecoder().decode(bytes) };
}

function refused(code: Issue["code"], message: string, fix: string): LoadedBlueprint {
  return { ok: false, issues: [{ code, severity: "error", path: "", message, fix }] };
}
