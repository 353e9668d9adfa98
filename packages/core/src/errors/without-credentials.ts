/**
 * An address for messages: user, password and the values of parameters such as `password`, `token` or `key` are replaced by `…`.
 * In an address that no HTTP client would accept, everything up to the last `@` is treated as a password.
 */
export function withoutCredentials(address: string): string {
  const url = /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address) : undefined;
  const isOpen = url !== undefined && url.username === "" && url.password === "";
  const shown = isOpen ? address : address.replace(/^([^a-z]*(?:[a-z][a-z\d+.-]{0,30}:)?(?:\/\/)?).*@/is, "$1…@");
  return shown.replaceAll(/([?&][^=&#\s]{0,40}(?:pass|pwd|token|secret|key|sig|auth)[^=&#\s]{0,40}=)[^&#\s]+/gi, "$1…");
}

/** The same for every address with `://` in a text. */
export function hideCredentials(text: string): string {
  return text.replaceAll(/[a-z][a-z\d+.-]{0,30}:\/\/\S+/gi, withoutCredentials);
}
