import { IceError } from "./ice-error.ts";
import { shorten } from "./shorten.ts";

export interface NumberBounds {
  /** Default 0. */
  readonly min?: number;
  /** Default infinity. */
  readonly max?: number;
}

/** The longest time that a timer of Node waits, in milliseconds; a longer one would end at once. */
export const maxTimerMs: number = 2 ** 31 - 1;

/**
 * Checks numbers that the owner of the process sets. One that is no number bounds nothing: every comparison with it is false.
 * Those that are undefined are left to their defaults.
 *
 * @param of - what they belong to, as messages say it: "createEgressClient".
 * @throws IceError `ICE_USAGE` naming the first that does not fit.
 */
export function checkNumbers(
  of: string,
  numbers: Readonly<Record<string, unknown>>,
  { min = 0, max = Infinity }: NumberBounds = {},
): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === "number" && value >= min && value <= max)) continue;
    throw new IceError("ICE_USAGE", `The option \`${shorten(name)}\` of ${of} is ${shorten(inWords(value))}.`, {
      fix: `give it a number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}, or remove it`,
    });
  }
}

const inWords = (value: unknown): string =>
  typeof value === "number" ? String(value) : typeof value === "string" ? JSON.stringify(value) : "no number";
