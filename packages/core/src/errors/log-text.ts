import { shorten } from "./shorten.ts";

/** Control and format characters, line separators, halves of surrogate pairs: a log or a terminal could take them for more than text. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text from outside for a line of a log: of at most 200 characters, on one line, with such characters written as in JSON. */
export const logText = (text: string, max?: number): string =>
  shorten(text, max).replaceAll(unsafe, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`);
