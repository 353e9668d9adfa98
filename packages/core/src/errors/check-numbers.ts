import { IceError } from "./ice-error.ts";
import { shorten } from "./shorten.ts";

export interface NumberBounds {
  /** Default 0. */
  readonly min?: number;
  /** Default infinity. */
  readonly max?: number;
}

/** Maximum delay of a timer in Node, in milliseconds; a longer one would fire at once. */
export const maxTimerMs: number = 2 ** 31 - 1;

/**
 * Checks numbers that the owner of the process sets. A value that is not a number would bound nothing, because every comparison
 * with it is false. Undefined values are accepted.
 *
 * @param of - subject of the message: "createEgressClient".
 * @throws IceError `ICE_USAGE` that names the first number out of bounds.
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
  typeof value === "number" ? String(value) : typeof value === "string" ? JSON.stringify(value) : "not a number";
