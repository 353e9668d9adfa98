import { shorten } from "./shorten.ts";
import { hideCredentials } from "./without-credentials.ts";

/** Maximum number of characters of another party's words in a message. */
export const maxQuotedWords = 500;

/**
 * What another party said, for a message: one well-formed line of at most 500 characters, without control characters, passwords and
 * keys in addresses. Replace values of secrets before: half a value would not be found.
 */
export function quotedWords(text: string): string {
  // Runs of white space become one space, so a long text may be a short line.
  const line = text
    .slice(0, 8 * maxQuotedWords)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ");
  return shorten(hideCredentials(line).trim(), maxQuotedWords);
}
