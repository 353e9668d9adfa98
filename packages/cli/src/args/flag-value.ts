import { IceError } from "@ice/core";
import { isRepeatable, type ChoiceFlag, type Flag, type NumberFlag } from "./flags.ts";

/** Characters of a name; the engine has the same bound. */
const maxNameLength = 200;

/**
 * The value of a flag, checked.
 *
 * @param option - its name without dashes: `run-id`.
 * @param given - what `parseArgs` read: true, text, a list of texts, or undefined.
 * @throws IceError `ICE_USAGE`.
 */
export function valueOfFlag(option: string, flag: Flag, given: unknown): unknown {
  if (flag.type === "boolean") return given === true;
  if (given === undefined) return "default" in flag ? flag.default : isRepeatable(flag) ? [] : given;
  if (Array.isArray(given)) return given.map((text) => valueOfFlag(option, flag, text));
  if (typeof given !== "string") return given;
  if (flag.type === "name") return nameOf(option, given);
  if (flag.type === "choice") return choiceOf(option, flag, given);
  if (flag.type === "duration") return durationOf(option, given);
  return flag.type === "number" ? numberOf(option, flag, given) : given;
}

function nameOf(option: string, text: string): string {
  if (text === "")
    throw new IceError("ICE_USAGE", `--${option} needs a name.`, { fix: `write --${option} kim, or remove it` });
  if (text.length <= maxNameLength) return text;
  throw new IceError("ICE_USAGE", `--${option} takes at most ${maxNameLength} characters, but got ${text.length}.`, {
    fix: `write --${option} kim`,
  });
}

function choiceOf(option: string, { choices }: ChoiceFlag, text: string): string {
  if (choices.includes(text)) return text;
  throw new IceError("ICE_USAGE", `There is no ${option} "${text}".`, { fix: `use ${choices.join(", ")}` });
}

function numberOf(option: string, { whole = false, zero = false }: NumberFlag, text: string): number {
  // Number() would also take nothing, blanks and hexadecimal.
  const number = /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const isInRange = Number.isFinite(number) && (number > 0 || (zero && number === 0));
  if (isInRange && (!whole || Number.isSafeInteger(number))) return number;
  const wanted = `${whole ? "a whole number" : "a number"} ${zero ? "of at least" : "above"} 0`;
  throw new IceError("ICE_USAGE", `--${option} needs ${wanted}, but got "${text}".`, { fix: `write --${option} 10` });
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90d`. */
function durationOf(option: string, text: string): number {
  const [, count, unit] = /^0*([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * secondsOf[unit]!;
  throw new IceError("ICE_USAGE", `--${option} needs a duration, but got "${text}".`, {
    fix: `write --${option} 90d; s, m, h and d are seconds, minutes, hours and days`,
  });
}
