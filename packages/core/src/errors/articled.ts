/**
 * A word with its article: `an integer`, `a list`, `null`. By the first letter, but for words that begin with a vowel and sound
 * otherwise (`a uint`, `a user`, `a UInt`).
 */
export function articled(word: string): string {
  if (word === "null" || word === "undefined" || word === "") return word;
  return /^[aeio]|^u(?!int|n[ai]|s[ae])/i.test(word) ? `an ${word}` : `a ${word}`;
}
