import { createRequire } from "node:module";
import { messageOf } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { moduleSyntaxFix } from "./module-syntax.ts";

/** A reference to an export of a module: `./workflows.ts#etl`. */
export interface ModuleReference {
  readonly path: string;
  readonly name: string | undefined;
}

/** Parses a reference to code; undefined for a reference to a file of data. */
export function moduleReference(ref: string): ModuleReference | undefined {
  const parts = /^(?<path>[^#]+\.[cm]?[jt]s)(?:#(?<name>.*))?$/s.exec(ref)?.groups;
  return parts === undefined ? undefined : { path: parts["path"]!, name: parts["name"] };
}

/**
 * The blueprint that a module exports: an object, or an object with `build()`. The module is loaded synchronously and stays
 * loaded; it must not use top-level `await`.
 *
 * @returns a problem and its fix instead of data, if it cannot be loaded.
 */
export function loadExport(
  file: string,
  { path, name }: { readonly path: string; readonly name: string },
): { readonly data: unknown } | { readonly problem: string; readonly fix: string } {
  const exportOne = `export a workflow, and name it: ${path}#NAME`;
  try {
    const module: unknown = createRequire(import.meta.url)(file);
    const value = Object.hasOwn(module as object, name) ? (module as Record<string, unknown>)[name] : undefined;
    if (value === undefined) return { problem: `it has no export "${name}"`, fix: exportOne };
    const data: unknown = isBuilder(value) ? value.build() : value;
    return isPlainObject(data)
      ? { data }
      : { problem: `its export "${name}" is not a blueprint and has no build()`, fix: exportOne };
  } catch (error) {
    const [line = ""] = messageOf(error).split("\n");
    return { problem: `it cannot be loaded: ${line}`, fix: moduleSyntaxFix(error) ?? "correct the module" };
  }
}

const isBuilder = (value: unknown): value is { build(): unknown } =>
  typeof value === "object" && value !== null && "build" in value && typeof value.build === "function";
