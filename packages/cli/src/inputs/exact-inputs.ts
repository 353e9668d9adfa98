import { IceError, type Issue } from "@ice/core";
import type { InexactNumber } from "@ice/core/internal";

/**
 * The error for a number that would lose precision: `ICE_INPUT_INVALID` with its pointer in `details.issues`. The pointer of the
 * number leads from the inputs.
 */
export function inexactInput(
  { pointer, source }: InexactNumber,
  fix = "keep integers within ±2^53, or write a string in quotes",
): IceError {
  const message = losesDigits(source);
  const issue: Issue = { code: "ICE_INPUT_INVALID", severity: "error", path: `/inputs${pointer}`, message, fix };
  return new IceError("ICE_INPUT_INVALID", `At /inputs${pointer}: ${message}.`, { fix, details: { issues: [issue] } });
}

/** What is wrong with a number, in the words that blueprints use for it. */
export const losesDigits = (source: string): string =>
  /[.eE]/.test(source) ? `${source} is not a JSON number` : `the integer ${source} would lose precision`;
