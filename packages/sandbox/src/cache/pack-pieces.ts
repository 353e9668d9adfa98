import { createHash } from "node:crypto";

/** Named pieces of bytes. */
export type Pieces = ReadonlyMap<string, Uint8Array>;

/** Bytes of the checksum at the front. */
const sumBytes = 32;
const lengthBytes = 4;

/**
 * Packs pieces: a checksum of everything after it and of the key, the length of the head, the head (JSON: names and lengths),
 * the pieces.
 */
export function packPieces(key: string, pieces: Pieces): Uint8Array {
  const head = Buffer.from(JSON.stringify([...pieces].map(([name, bytes]) => [name, bytes.length])));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  const content = Buffer.concat([length, head, ...pieces.values()]);
  return Buffer.concat([sumOf(key, content), content]);
}

/** The pieces, or undefined if the bytes were not packed under this key. */
export function unpackPieces(key: string, bytes: Uint8Array): Pieces | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(sumBytes);
  if (content.length < lengthBytes || !sumOf(key, content).equals(bytes.subarray(0, sumBytes))) return undefined;
  let at = lengthBytes;
  const take = (length: number): Buffer => content.subarray(at, (at += length));
  // Intact and written under this key, so written by `packPieces`.
  const head = JSON.parse(take(content.readUInt32LE()).toString()) as [name: string, length: number][];
  return new Map(head.map(([name, length]) => [name, take(length)]));
}

function sumOf(key: string, content: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(content).digest();
}
