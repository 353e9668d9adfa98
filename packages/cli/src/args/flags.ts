/**
 * One flag of a command. It is written once: the parser, the type of its value, `--help` and `docs/reference/cli.md` follow from
 * it. A flag `runId` is typed as `--run-id`.
 */
export type Flag = BooleanFlag | TextFlag | NameFlag | ChoiceFlag | NumberFlag | DurationFlag;

interface FlagBase {
  /** One sentence without a full stop. The verb, choices and defaults are added to it. */
  readonly help: string;
  /** The only verb of the command that takes it: `set` of `queues set`. Default: each. */
  readonly verb?: string;
}

/** `--wait`. Default false. */
interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
  /** One letter: `-h`. */
  readonly short?: string;
}

interface ValueFlag extends FlagBase {
  /** Placeholder of the value in help: `ID`. */
  readonly value: string;
}

/** `--run-id ID`: any text. */
interface TextFlag extends ValueFlag {
  readonly type: "text";
  /** May be repeated; the value is a list. */
  readonly multiple?: boolean;
}

/** `--as NAME`: text of 1 to 200 characters. */
export interface NameFlag extends ValueFlag {
  readonly type: "name";
}

/** `--format FORMAT`: one of a list. */
export interface ChoiceFlag extends ValueFlag {
  readonly type: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
  /** May be repeated; the value is a list. */
  readonly multiple?: boolean;
}

/** `--timeout SECONDS`: a decimal number above 0. */
export interface NumberFlag extends ValueFlag {
  readonly type: "number";
  /** No fraction. Default false. */
  readonly whole?: boolean;
  /** 0 is allowed too. Default false. */
  readonly zero?: boolean;
  readonly default?: number;
}

/** `--expires DURATION`: a whole number above 0 with `s`, `m`, `h` or `d`. The value is in seconds. */
interface DurationFlag extends ValueFlag {
  readonly type: "duration";
}

/** Flags by name, in the order of `--help`. */
export type Flags = Readonly<Record<string, Flag>>;

/** The values of flags, as a command reads them: `flags.runId`. */
export type FlagValues<Own extends Flags> = { readonly [Name in keyof Own]: FlagValue<Own[Name]> };

type FlagValue<F extends Flag> = F extends BooleanFlag
  ? boolean
  : F extends { readonly multiple: true }
    ? readonly OneValue<F>[]
    : OneValue<F> | (F extends { readonly default: unknown } ? never : undefined);

type OneValue<F extends Flag> = F extends NumberFlag | DurationFlag
  ? number
  : F extends ChoiceFlag
    ? F["choices"][number]
    : string;

/** Flags of every command. */
export const commonFlags = {
  json: { type: "boolean", help: "Print one JSON document to stdout" },
  quiet: { type: "boolean", help: "Do not print progress, only errors" },
  noColor: { type: "boolean", help: "Do not use colours; NO_COLOR does the same" },
  noPrompt: { type: "boolean", help: "Never prompt at the terminal" },
  store: {
    type: "text",
    value: "URL",
    help: "Store of the runs: memory:, sqlite:PATH or postgres://USER@HOST/DATABASE?schema=ice (default ICE_STORE, else the configuration, else sqlite:.ice/ice.db in the working directory)",
  },
  tenant: { type: "text", value: "TENANT", help: "Whose runs, blueprints and tokens (default default)" },
  config: {
    type: "text",
    value: "FILE",
    help: "Configuration file (default ice.config.ts in the working directory); it is code, and every command executes it",
  },
  noConfig: { type: "boolean", help: "Load no configuration, for directories whose code you do not trust" },
  help: { type: "boolean", short: "h", help: "Show the options and examples" },
} as const satisfies Flags;

export type CommonFlags = FlagValues<typeof commonFlags>;

/** Whether the value of a flag is a list. */
export const isRepeatable = (flag: Flag): boolean =>
  (flag.type === "text" || flag.type === "choice") && flag.multiple === true;

/** `run-id` for `runId`. */
export const optionName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Flags as a reader sees them: `--format FORMAT`, and what it does with its choices and its default. */
export function describeFlags(flags: Flags): readonly (readonly [option: string, help: string])[] {
  return Object.entries(flags).map(([name, flag]) => {
    const short = flag.type === "boolean" && flag.short !== undefined ? `-${flag.short}, ` : "";
    const value = flag.type === "boolean" ? "" : ` ${flag.value}`;
    return [`${short}--${optionName(name)}${value}`, helpOf(flag)];
  });
}

function helpOf(flag: Flag): string {
  const verb = flag.verb === undefined ? "" : `${flag.verb}: `;
  const choices = flag.type === "choice" ? `: ${flag.choices.join(", ")}` : "";
  const preset = "default" in flag ? ` (default ${flag.default})` : "";
  const repeated = isRepeatable(flag) ? "; may be repeated" : "";
  return `${verb}${flag.help}${choices}${preset}${repeated}`;
}
