/** No text of Postgres contains NUL, and hardly any this character, which is none (https://www.unicode.org/faq/private_use#nonchar1). */
const escape = "\u{10FFFF}";

/** A text as it is stored: `escape 0` for NUL, `escape 1` for the escape itself. */
export const toStoredText = (text: string): string =>
  text.includes("\0") || text.includes(escape)
    ? text.replaceAll(escape, `${escape}1`).replaceAll("\0", `${escape}0`)
    : text;

/** The text that was stored. */
export const fromStoredText = (text: string): string =>
  text.includes(escape) ? text.replaceAll(`${escape}0`, "\0").replaceAll(`${escape}1`, escape) : text;
