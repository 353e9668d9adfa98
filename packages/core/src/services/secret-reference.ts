/** A reference in a text. The name may be one that no secret can have, such as an empty one: then it is unknown. */
const reference = /secret:\/\/([\w-]*)/g;

/** Names that secrets may have: letters, digits, `_` and `-`, at most 64; starts with a letter or `_`. */
export const secretNamePattern = /^[A-Za-z_][\w-]{0,63}$/;

/** Whether a text refers to a secret. */
export const refersToSecret = (text: string): boolean => text.includes("secret://");

/** Names of the secrets that a text refers to. */
export const secretNamesIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(reference), ([, name = ""]) => name);

/** A text with the value of each secret that it refers to. */
export const fillSecrets = (text: string, valueOf: (name: string) => string): string =>
  text.replaceAll(reference, (_, name: string) => valueOf(name));
