import { IceError, type IceErrorCode, type Json } from "@ice/core";
import { readJson, type ReadJson } from "@ice/core/internal";
import { losesDigits } from "./exact-inputs.ts";

/**
 * The value of a flag that takes JSON.
 *
 * @param code - of the error for a number that would lose digits.
 * @throws IceError `ICE_USAGE` if it is not JSON.
 */
export function jsonFlag(flag: string, text: string, code: IceErrorCode, at = ""): Json {
  let read: ReadJson;
  try {
    read = readJson(text);
  } catch (cause) {
    throw new IceError("ICE_USAGE", `${flag} is not JSON.`, { cause, fix: `quote a string: ${flag} '"text"'` });
  }
  const { value, inexact } = read;
  if (inexact === undefined) return value;
  throw new IceError(code, `At ${at}${inexact.pointer}: ${losesDigits(inexact.source)}.`, {
    fix: "keep integers within ±2^53, or write a string in quotes",
  });
}
