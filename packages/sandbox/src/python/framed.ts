/** Text as the guest reads it: four bytes of length, little endian, and UTF-8. */
export function framed(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
