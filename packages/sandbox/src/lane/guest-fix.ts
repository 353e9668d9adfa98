/** What to do instead of asking for a module, or for a name that other runtimes have. */
export const noModulesFix =
  "there are no modules here: write what the code needs into `code`, hand data over as `input`, or call a granted tool with `tools.call`";

const fixes: readonly (readonly [RegExp, string])[] = [
  [/^(require|module|exports) is not defined|^import\.meta |'import', and 'export' cannot be used/, noModulesFix],
  [/^fetch is not defined/, "use `http.fetch(url)`, and grant its host in `grants.http`"],
  [/^process is not defined/, "use `env`, with the values that `grants.env` has"],
  [
    /^set(Timeout|Interval|Immediate) is not defined/,
    "there are no timers here: await what `tools.call` returns instead",
  ],
  [/^Buffer is not defined/, "use `Uint8Array`"],
  [/^ModuleNotFoundError\b/, "only the standard library of Python is here: write what the code needs into `code`"],
];

/** `import` or `export` at the start of a line, as a statement. */
const moduleStatement = /^\s*(?:import\s*(?:[\w$*{"']|$)|export\b)/m;

/**
 * What a user can do about an error of the code, when it is one of the usual ones.
 *
 * @param message - what the code threw, or why it does not parse.
 * @param source - given when the code does not parse.
 */
export function fixOf(message: string, source = ""): string | undefined {
  if (moduleStatement.test(source)) return noModulesFix;
  return fixes.find(([pattern]) => pattern.test(message))?.[1];
}
