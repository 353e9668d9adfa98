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

/** Options of `createBlueprintLoader`. */
export interface BlueprintLoaderOptions {
  /**
   * The files that blueprints may refer to. Default: those below the working directory, by `createFileAccess()` of `@ice/host`.
   */
  readonly files?: FileAccess | undefined;
  readonly limits?: Partial<BlueprintLimits> | undefined;
  /** Whether `./module.ts#export` may be loaded, which executes that module with all rights of this process. Default false. */
  readonly allowCode?: boolean | undefined;
}

/** Creates a loader for the files that blueprints and networks refer to: `./child.yaml`, relative to the referring file. */
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
          `\`${ref}\` refers to code, which is not allowed here`,
          "refer to a YAML or JSON file, or have the process owner allow code: `allow: { code: true }`",
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

/** The problem of a reference is an issue; a temporary error of the system (too many open files) is thrown. */
function problemOf(error: unknown): LoadedBlueprint {
  if (!IceError.is(error)) throw error;
  const { message, fix = "refer to another file", details } = error;
  const what = `the workflow file ${message.replace(/^There is no file (.*)\.$/s, "$1 does not exist").replace(/\.$/, "")}`;
  if (error.code === "ICE_FILE_NOT_FOUND")
    return refused("ICE_WORKFLOW_UNKNOWN", what, "correct the path; it is relative to the file that contains it");
  if (details["bytes"] !== undefined)
    return refused("ICE_BLUEPRINT_LIMIT", what, "split it into sub-workflows, or keep data in files");
  return refused("ICE_FILE_DENIED", what, fix);
}

/** Its address includes the name of the export; references in it are relative to the module. */
function loadedExport(file: string, { path, name }: ModuleReference): LoadedBlueprint {
  if (name === undefined || !/^[\p{L}\p{N}_$]+$/u.test(name))
    return refused("ICE_WORKFLOW_UNKNOWN", `\`${path}\` is a module, but no export is named`, `write ${path}#name`);
  const loaded = loadExport(file, { path, name });
  return "data" in loaded
    ? { ok: true, base: `${file}#${name}`, data: loaded.data }
    : refused(
        "ICE_WORKFLOW_UNKNOWN",
        `the module \`${path}\` does not provide a workflow: ${loaded.problem}`,
        loaded.fix,
      );
}

/** A file that was read and parsed. */
export interface ParsedFile {
  readonly parsed: ParsedText;
  /** The text, for reports; empty for a file that is too large. */
  text(): string;
}

/**
 * Reads and parses one file: `.json` is JSON, everything else YAML. Directories, pipes and devices are refused; the size is
 * checked first.
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
