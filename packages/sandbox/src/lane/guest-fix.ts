/** Fixes for the use of modules, or of names that exist in other runtimes. */
export const noModulesFix =
  "modules are not available: write what the code needs into `code`, pass data as `input`, or call a granted tool with `tools.call`";

const fixes: readonly (readonly [RegExp, string])[] = [
  [/^(require|module|exports) is not defined|^import\.meta |'import', and 'export' cannot be used/, noModulesFix],
  [/^fetch is not defined/, "use `http.fetch(url)`, and grant its host in `grants.http`"],
  [/^process is not defined/, "use `env`, with the values that `grants.env` has"],
  [
    /^set(Timeout|Interval|Immediate) is not defined/,
    "timers are not available: await what `tools.call` returns instead",
  ],
  [/^Buffer is not defined/, "use `Uint8Array`"],
  [/^ModuleNotFoundError\b/, "only the standard library of Python is available: write what the code needs into `code`"],
];

/** `import` or `export` at the start of a line, as a statement. */
const moduleStatement = /^\s*(?:import\s*(?:[\w$*{"']|$)|export\b)/m;

/**
 * The fix for an error of the code, if it is a common one.
 *
 * @param message - the error of the code, or of the parser.
 * @param source - the code, if it does not parse.
 */
export function fixOf(message: string, source = ""): string | undefined {
  if (moduleStatement.test(source)) return noModulesFix;
  return fixes.find(([pattern]) => pattern.test(message))?.[1];
}
