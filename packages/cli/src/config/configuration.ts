import { existsSync, readFileSync, statSync } from "node:fs";
import { registerHooks, type ResolveHookSync } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { moduleSyntaxFix } from "@ice/builder";
import { IceError, messageOf } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { configurationNames } from "@ice/host";
import type { IceConfig } from "./ice-config.ts";

/**
 * The configuration of a directory; an empty one when there is no file. It is code, and loading it executes it.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND` for a missing file that was named, `ICE_USAGE` for one that is no configuration.
 */
export async function loadConfiguration(cwd: string, named: string | undefined): Promise<IceConfig> {
  const file =
    named === undefined
      ? configurationNames.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
      : resolve(cwd, named);
  if (file === undefined) return {};
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new IceError("ICE_FILE_NOT_FOUND", `The configuration ${named ?? file} does not exist, or is not a file.`, {
      fix: "check --config",
    });
  // Loaded only when there is a configuration, to keep start-up fast.
  const { checkConfiguration } = await import("./check-configuration.ts");
  try {
    return await checkConfiguration(await importConfiguration(file), file);
  } catch (cause) {
    if (IceError.is(cause)) throw cause;
    throw new IceError(
      "ICE_USAGE",
      `The configuration ${file} cannot be loaded: ${messageOf(cause).split("\n", 1)[0]}`,
      {
        cause,
        fix: fixOf(cause),
      },
    );
  }
}

/**
 * The default export of a module. The syntax of the file decides which kind of module it is, so that the same `ice.config.ts`
 * works whether the nearest package.json names ES modules, CommonJS or nothing. Packages of ice that are not installed beside
 * it come from the installation of the command, for a global installation and for a clone.
 */
async function importConfiguration(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  const format = moduleFormatOf(file);
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = resolveBeside(specifier, context, next);
      return format !== undefined && resolved.url === href ? { ...resolved, format } : resolved;
    },
  });
  try {
    const { default: exported } = (await import(href)) as { readonly default?: unknown };
    // A default export that was compiled to CommonJS is one level deeper.
    return isPlainObject(exported) && exported["__esModule"] === true ? exported["default"] : exported;
  } finally {
    hooks.deregister();
  }
}

/** A package of ice is looked for beside the importing file, then beside the command. */
const resolveBeside: ResolveHookSync = (specifier, context, next) => {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!specifier.startsWith("@ice/")) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
};

/** Undefined when the name of the file or Node decides. */
function moduleFormatOf(file: string): "module" | "module-typescript" | undefined {
  const extension = extname(file);
  if (extension !== ".ts" && extension !== ".js") return undefined;
  if (!/^\s*(?:import|export)\b/m.test(readFileSync(file, "utf8"))) return undefined;
  return extension === ".ts" ? "module-typescript" : "module";
}

function fixOf(cause: unknown): string {
  const missing = /^Cannot find package '(?<name>[^']+)'/.exec(messageOf(cause))?.groups?.["name"];
  const correct = moduleSyntaxFix(cause) ?? "correct the configuration, or skip it with --no-config";
  return missing === undefined ? correct : `install ${missing} beside the configuration: npm install ${missing}`;
}
