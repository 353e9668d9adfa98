/** A key that no other request has. Unlike `crypto.randomUUID`, this works in pages that were loaded without TLS. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
