/**
 * A word with its article: `an integer`, `a list`, `null`. Chosen by the first letter, except for words that start with a vowel
 * but sound otherwise (`a uint`, `a user`, `a UInt`).
 */
export function articled(word: string): string {
  if (word === "null" || word === "undefined" || word === "") return word;
  return /^[aeio]|^u(?!int|n[ai]|s[ae])/i.test(word) ? `an ${word}` : `a ${word}`;
}
