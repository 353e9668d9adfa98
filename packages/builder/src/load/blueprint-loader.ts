import { readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, resolve, sep } from "node:path";
import { IceError, type BlueprintLimits, type BlueprintLoader, type Issue, type LoadedBlueprint } from "@ice/core";
import { loadExport, moduleReference, type ModuleReference } from "./load-module.ts";
import { parseText, type ParsedText } from "./parse-text.ts";

export interface BlueprintLoaderOptions {
  /** Directories below which blueprints may be read, symlinks resolved. Default: the working directory. */
  readonly roots?: readonly string[];
  readonly limits?: Partial<BlueprintLimits>;
  /**
   * Whether `./module.ts#export` may be loaded, which runs that module with everything this process may do. Default false.
   */
  readonly allowCode?: boolean;
}

/** Reads the files that blueprints and networks name: `./child.yaml`, relative to the file that names it. */
export function createBlueprintLoader({
  roots = [process.cwd()],
  limits = {},
  allowCode = false,
}: BlueprintLoaderOptions = {}): BlueprintLoader {
  const allowed = roots.map((root) => realPathOf(root) ?? resolve(root));
  return {
    load(ref, base): LoadedBlueprint {
      const module = moduleReference(ref);
      if (module !== undefined && !allowCode)
        return refused(
          "ICE_CODE_DENIED",
          `\`${ref}\` names code, which is not allowed here`,
          "refer to a YAML or JSON file, or let the owner of the process allow code: `allow: { code: true }`",
        );
      const path = module?.path ?? ref;
      const file = realPathOf(base === undefined ? path : resolve(dirname(base), path));
      if (file === undefined)
        return refused(
          "ICE_WORKFLOW_UNKNOWN",
          `the workflow file \`${path}\` is not there`,
          "correct the path; it is relative to the file that names it",
        );
      if (!allowed.some((root) => file === root || file.startsWith(root.endsWith(sep) ? root : root + sep)))
        return refused(
          "ICE_FILE_DENIED",
          `the workflow file \`${path}\` lies outside the directories that are allowed`,
          `move it below ${roots.join(", ")}`,
        );
      if (module !== undefined) return loadedExport(file, module);
      const parsed = parseFile(file, limits);
      return parsed.ok ? { ok: true, base: file, data: parsed.value } : { ok: false, issues: parsed.issues };
    },
  };
}

/** Its address keeps the name of the export; files that it names are still found beside the module. */
function loadedExport(file: string, { path, name }: ModuleReference): LoadedBlueprint {
  if (name === undefined || !/^[\p{L}\p{N}_$]+$/u.test(name))
    return refused("ICE_WORKFLOW_UNKNOWN", `\`${path}\` is a module: which export?`, `write ${path}#name`);
  const loaded = loadExport(file, name);
  return "data" in loaded
    ? { ok: true, base: `${file}#${name}`, data: loaded.data }
    : refused(
        "ICE_WORKFLOW_UNKNOWN",
        `the module \`${path}\` gives no workflow: ${loaded.problem}`,
        "correct the module",
      );
}

/**
 * Reads one file, by its ending: `.json` is JSON, everything else YAML.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND`.
 */
export function parseFile(file: string, limits: Partial<BlueprintLimits> = {}): ParsedText {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new IceError("ICE_FILE_NOT_FOUND", `The file ${isAbsolute(file) ? file : `"${file}"`} cannot be read.`, {
      cause,
      fix: "check the path",
      details: { file },
    });
  }
  return parseText(bytes, { format: file.endsWith(".json") ? "json" : "yaml", limits });
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // it is not there: that is the finding
  }
}

function refused(code: Issue["code"], message: string, fix: string): LoadedBlueprint {
  return { ok: false, issues: [{ code, severity: "error", path: "", message, fix }] };
}
