import { readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, resolve, sep } from "node:path";
import { IceError, type BlueprintLimits, type BlueprintLoader, type LoadedBlueprint } from "@ice/core";
import { parseText, type ParsedText } from "./parse-text.ts";

export interface BlueprintLoaderOptions {
  /** Directories below which blueprints may be read, symlinks resolved. Default: the working directory. */
  readonly roots?: readonly string[];
  readonly limits?: Partial<BlueprintLimits>;
}

/** Reads the files that blueprints name: `./child.yaml`, relative to the file that names it. */
export function createBlueprintLoader({
  roots = [process.cwd()],
  limits = {},
}: BlueprintLoaderOptions = {}): BlueprintLoader {
  const allowed = roots.map((root) => realPathOf(root) ?? resolve(root));
  return {
    load(ref, base): LoadedBlueprint {
      const file = realPathOf(base === undefined ? ref : resolve(dirname(base), ref));
      if (file === undefined)
        return refused(
          "ICE_WORKFLOW_UNKNOWN",
          `the workflow file \`${ref}\` is not there`,
          "correct the path; it is relative to the file that names it",
        );
      if (!allowed.some((root) => file === root || file.startsWith(root.endsWith(sep) ? root : root + sep)))
        return refused(
          "ICE_FILE_DENIED",
          `the workflow file \`${ref}\` lies outside the directories that are allowed`,
          `move it below ${roots.join(", ")}`,
        );
      const parsed = parseFile(file, limits);
      return parsed.ok ? { ok: true, base: file, data: parsed.value } : { ok: false, issues: parsed.issues };
    },
  };
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

function refused(code: "ICE_WORKFLOW_UNKNOWN" | "ICE_FILE_DENIED", message: string, fix: string): LoadedBlueprint {
  return { ok: false, issues: [{ code, severity: "error", path: "", message, fix }] };
}
