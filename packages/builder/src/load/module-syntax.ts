import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The fix for a module that Node treats as the wrong kind (ES module or CommonJS), because of its name and the nearest
 * package.json.
 *
 * @param error - the error of loading it; its stack names the file, which may be an imported one.
 * @returns undefined for every other error.
 */
export function moduleSyntaxFix(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message, stack = "" } = error;
  if (/^(?:Cannot use import statement outside a module|Unexpected token 'export')/.test(message)) {
    const file = /^(.+):\d+\n/.exec(stack)?.[1];
    return `${name(file)} is an ES module in a CommonJS package: rename it to ${renamed(file, "m")}, or write "type": "module" in package.json`;
  }
  if (/^(?:require|module|exports) is not defined in ES module scope/.test(message)) {
    const file = /^ +at .*?(file:\/\/[^)]+?):\d+:\d+\)?$/m.exec(stack)?.[1];
    return `${name(file)} is CommonJS in a package of ES modules: rename it to ${renamed(file, "c")}, or use import and export`;
  }
  return undefined;
}

const name = (file: string | undefined): string => (file === undefined ? "the module" : basename(pathOf(file)));

/** `x.ts` as `x.mts` or `x.cts`. */
const renamed = (file: string | undefined, kind: "m" | "c"): string =>
  file === undefined ? `.${kind}ts or .${kind}js` : name(file).replace(/\.[cm]?([jt]s)$/, `.${kind}$1`);

const pathOf = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
