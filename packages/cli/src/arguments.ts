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

/** @throws IceError `ICE_USAGE` with a did-you-mean. */
export function parseArguments(argv: readonly string[], options: ParseArgsOptionsConfig): Arguments {
  const known: ParseArgsOptionsConfig = { ...common, ...options };
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
    const message = cause instanceof Error ? cause.message : String(cause);
    const unknown = /Unknown option '-{0,2}([^']+)'/.exec(message)?.[1];
    if (unknown === undefined)
      throw new IceError("ICE_USAGE", message.split(". ")[0] ?? message, { cause, fix: "see --help" });
    throw new IceError("ICE_USAGE", `There is no option --${unknown}.`, {
      cause,
      fix: didYouMean(unknown, Object.keys(known)).replace(/"(.*)"/, '"--$1"') || "see --help",
    });
  }
}

/** A positive number given as text. @throws IceError `ICE_USAGE`. */
export function positiveNumber(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new IceError("ICE_USAGE", `--${name} needs a number above 0, but got "${String(value)}".`, {
    fix: `write --${name} 10`,
  });
}
