import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { didYouMean, IceError } from "@ice/core";

/** Flags that every command takes. */
const common = {
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  "no-color": { type: "boolean", default: false },
  "no-prompt": { type: "boolean", default: false },
  store: { type: "string" },
  config: { type: "string" },
  "no-config": { type: "boolean", default: false },
  help: { type: "boolean", default: false, short: "h" },
} as const satisfies ParseArgsOptionsConfig;

export interface CommonFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
  readonly noPrompt: boolean;
  readonly store: string | undefined;
  readonly config: string | undefined;
  /** No configuration is loaded, so that no code of the directory is executed. */
  readonly noConfig: boolean;
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
  // Not strict: errors are reported here, in the words of ice.
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: known,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(token, known);
  if (values["no-config"] === true && values["config"] !== undefined)
    throw new IceError("ICE_USAGE", "--config and --no-config exclude each other.", { fix: "leave one of them out" });
  const { json, quiet, store, config, help, ...own } = values;
  return {
    flags: {
      json: json === true,
      quiet: quiet === true,
      noColor: values["no-color"] === true,
      noPrompt: values["no-prompt"] === true,
      store: typeof store === "string" ? store : undefined,
      config: typeof config === "string" ? config : undefined,
      noConfig: values["no-config"] === true,
      help: help === true,
    },
    own,
    positionals,
  };
}

interface OptionToken {
  readonly name: string;
  /** As it was written: `--json`, `-h`. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value was written behind `=`. */
  readonly inlineValue?: boolean | undefined;
}

/** @throws IceError `ICE_USAGE`. */
function checkOption({ name, rawName, value, inlineValue }: OptionToken, known: ParseArgsOptionsConfig): void {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (option === undefined)
    throw new IceError("ICE_USAGE", `There is no option ${rawName}.`, {
      fix: didYouMean(name, Object.keys(known)).replace(/"(.*)"/, '"--$1"') || "see --help",
    });
  if (option.type === "boolean") {
    if (value === undefined) return;
    throw new IceError("ICE_USAGE", `${rawName} takes no value, but got "${value}".`, { fix: `write ${rawName}` });
  }
  if (value === undefined)
    throw new IceError("ICE_USAGE", `${rawName} needs a value.`, { fix: `write ${rawName} VALUE; see --help` });
  // A value that was forgotten must not swallow the next option. Numbers are no options, and - is standard input.
  if (inlineValue === true || !/^-[^\d.]/.test(value)) return;
  throw new IceError("ICE_USAGE", `${rawName} needs a value, but "${value}" looks like an option.`, {
    fix: `write ${rawName} VALUE, or ${rawName}=${value} when that is the value`,
  });
}

/** Characters of a name; the engine takes no more either. */
const mostOfName = 200;

/** The name of a person given with `--as`. @throws IceError `ICE_USAGE`. */
export function nameOf(value: Arguments["own"][string]): string | undefined {
  if (value === "") throw new IceError("ICE_USAGE", "--as needs a name.", { fix: "write --as kim, or leave it out" });
  if (typeof value === "string" && value.length > mostOfName)
    throw new IceError("ICE_USAGE", `--as takes at most ${mostOfName} characters, but got ${value.length}.`, {
      fix: "write --as kim",
    });
  return typeof value === "string" ? value : undefined;
}

/** A number above 0 given as text; `whole`: without a fraction; `orZero`: 0 too. @throws IceError `ICE_USAGE`. */
export function positiveNumber(
  name: string,
  value: unknown,
  { whole = false, orZero = false }: { readonly whole?: boolean; readonly orZero?: boolean } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  // What Number() would take besides: nothing, blanks, hexadecimal.
  const number = /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const large = Number.isFinite(number) && (number > 0 || (orZero && number === 0));
  if (large && (!whole || Number.isSafeInteger(number))) return number;
  const wanted = `${whole ? "a whole number" : "a number"} ${orZero ? "of at least" : "above"} 0`;
  throw new IceError("ICE_USAGE", `--${name} needs ${wanted}, but got "${text}".`, { fix: `write --${name} 10` });
}
