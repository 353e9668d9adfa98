import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { didYouMean, IceError, messageOf } from "@ice/core";

/** Flags that every command takes. */
const common = {
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  "no-color": { type: "boolean", default: false },
  "no-prompt": { type: "boolean", default: false },
  store: { type: "string" },
  config: { type: "string" },
  help: { type: "boolean", default: false, short: "h" },
} as const satisfies ParseArgsOptionsConfig;

export interface CommonFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
  readonly noPrompt: boolean;
  readonly store: string | undefined;
  readonly config: string | undefined;
  readonly help: boolean;
}

export interface Arguments {
  readonly flags: CommonFlags;
  /** The command's own flags, by name. */
  readonly own: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * @param operands - most arguments that are no options.
 * @throws IceError `ICE_USAGE` with a did-you-mean.
 */
export function parseArguments(
  argv: readonly string[],
  { options, operands }: { readonly options: ParseArgsOptionsConfig; readonly operands: number },
): Arguments {
  const known: ParseArgsOptionsConfig = { ...common, ...options };
  const args = parse(argv, known);
  const surplus = args.positionals[operands];
  if (surplus !== undefined)
    throw new IceError("ICE_USAGE", `"${surplus}" is one argument too many.`, {
      fix: operands === 0 ? "leave it out" : `give at most ${operands}; see --help`,
    });
  return args;
}

function parse(argv: readonly string[], known: ParseArgsOptionsConfig): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: known,
      allowPositionals: true,
      strict: true,
    });
    const { json, quiet, store, config, help, ...own } = values;
    return {
      flags: {
        json: json === true,
        quiet: quiet === true,
        noColor: values["no-color"] === true,
        noPrompt: values["no-prompt"] === true,
        store: typeof store === "string" ? store : undefined,
        config: typeof config === "string" ? config : undefined,
        help: help === true,
      },
      own,
      positionals,
    };
  } catch (cause) {
    const message = messageOf(cause);
    const unknown = /^Unknown option '(-+)(.*?)'\. To/.exec(message);
    // What follows the first sentence is about the platform's parser.
    if (unknown === null) throw new IceError("ICE_USAGE", `${message.split(/\.\s/)[0]}.`, { cause, fix: "see --help" });
    const [, dashes = "", name = ""] = unknown;
    throw new IceError("ICE_USAGE", `There is no option ${dashes}${name}.`, {
      cause,
      fix: didYouMean(name, Object.keys(known)).replace(/"(.*)"/, '"--$1"') || "see --help",
    });
  }
}

/** A number above 0 given as text; `whole`: without a fraction. @throws IceError `ICE_USAGE`. */
export function positiveNumber(
  name: string,
  value: unknown,
  { whole = false }: { readonly whole?: boolean } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0 && (!whole || Number.isSafeInteger(number))) return number;
  const wanted = whole ? "a whole number" : "a number";
  throw new IceError("ICE_USAGE", `--${name} needs ${wanted} above 0, but got "${String(value)}".`, {
    fix: `write --${name} 10`,
  });
}
