/** A hash that is computed from texts, one after the other, in UTF-8. */
export interface Hash {
  update(text: string): unknown;
  digest(encoding: "hex"): string;
}

/** The digests that stores use. They are handed in, because this package also runs where there is no `node:crypto`. */
export interface Digests {
  readonly createSha256: () => Hash;
  /** SHA-256 of some bytes, in hexadecimal. */
  readonly sha256: (content: Uint8Array) => string;
  /** CRC-32 of a text in UTF-8. @param seed - the checksum of what comes before it. */
  readonly crc32: (text: string, seed?: number) => number;
}
