import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { IceError } from "@ice/core";
import { didYouMean } from "@ice/core/internal";
import { commonFlags, isRepeatable, optionName, type CommonFlags, type Flags, type FlagValues } from "./flags.ts";
import { valueOfFlag } from "./flag-value.ts";

/** A command line that was read. */
export interface Arguments<Own extends Flags = Flags> {
  readonly flags: FlagValues<Own> & CommonFlags;
  /** Arguments that are no options. */
  readonly operands: readonly string[];
}

/** @throws IceError `ICE_USAGE` with a did-you-mean. */
export function parseArguments(
  argv: readonly string[],
  command: { readonly flags: Flags; readonly maxOperands: number },
): Arguments {
  const flags: Flags = { ...command.flags, ...commonFlags };
  const options = optionsOf(flags);
  // Not strict: errors are reported here, in the words of ice.
  const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of parsed.tokens) if (token.kind === "option") checkOption(token, options);
  if (parsed.values["no-config"] === true && parsed.values["config"] !== undefined)
    throw new IceError("ICE_USAGE", "--config and --no-config exclude each other.", { fix: "remove one of them" });
  const values = Object.entries(flags).map(([name, flag]) => [
    name,
    valueOfFlag(optionName(name), flag, parsed.values[optionName(name)]),
  ]);
  checkOperands(parsed.positionals, command.maxOperands);
  for (const token of parsed.tokens)
    if (token.kind === "option") checkVerb(token, parsed.positionals[0], command.flags);
  return { flags: Object.fromEntries(values) as Arguments["flags"], operands: parsed.positionals };
}

const optionsOf = (flags: Flags): ParseArgsOptionsConfig =>
  Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      optionName(name),
      flag.type === "boolean"
        ? { type: "boolean", ...(flag.short !== undefined && { short: flag.short }) }
        : { type: "string", multiple: isRepeatable(flag) },
    ]),
  );

function checkOperands(operands: readonly string[], max: number): void {
  const surplus = operands[max];
  if (surplus !== undefined)
    throw new IceError("ICE_USAGE", `"${surplus}" is an unexpected argument.`, {
      fix: max === 0 ? "remove it" : `pass at most ${max}; see --help`,
    });
}

/** @throws IceError `ICE_USAGE` for an option of another verb, which would do nothing. */
function checkVerb({ name, rawName }: OptionToken, verb: string | undefined, flags: Flags): void {
  const [, flag] = Object.entries(flags).find(([key]) => optionName(key) === name) ?? [];
  if (flag?.verb === undefined || verb === undefined || flag.verb === verb) return;
  throw new IceError("ICE_USAGE", `${rawName} is an option of ${flag.verb}, not of ${verb}.`, {
    fix: `remove it, or use ${flag.verb}`,
  });
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
  // A forgotten value must not swallow the next option. Numbers are no options, and - is standard input.
  if (inlineValue === true || !/^-[^\d.]/.test(value)) return;
  throw new IceError("ICE_USAGE", `${rawName} needs a value, but "${value}" looks like an option.`, {
    fix: `write ${rawName} VALUE, or ${rawName}=${value} if that is the value`,
  });
}
