import { isUtf8 } from "node:buffer";
import { IceError } from "@ice/core";
import { z } from "zod";

/** The argument of the reading tools. */
export const encodingSchema = z
  .enum(["utf-8", "utf-16le", "latin1", "windows-1252"])
  .default("utf-8")
  .describe("Encoding of a file without a byte order mark: utf-8 (default), utf-16le, latin1 or windows-1252.");

export type Encoding = z.output<typeof encodingSchema>;

/** What windows-1252 has in place of the control characters 0x80 to 0x9F of Latin-1 (WHATWG Encoding Standard). */
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

/**
 * The text of a file. A byte order mark (UTF-8, UTF-16 of either order) goes before `encoding` and is dropped.
 *
 * @throws IceError `ICE_TOOL_FAILED` for bytes that are not of the encoding; `details.offset` is the first of them, from 0.
 */
export function decodeText(
  bytes: Uint8Array,
  { path, encoding }: { readonly path: string; readonly encoding: Encoding },
): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, second, third] = buffer;
  if (first === 0xef && second === 0xbb && third === 0xbf) return fromUtf8(buffer.subarray(3), path, 3);
  if (first === 0xff && second === 0xfe) return fromUtf16(buffer.subarray(2), path, 2);
  if (first === 0xfe && second === 0xff) return fromUtf16(swapped(buffer.subarray(2)), path, 2);
  return decoders[encoding](buffer, path);
}

const decoders: Readonly<Record<Encoding, (bytes: Buffer, path: string) => string>> = {
  "utf-8": (bytes, path) => fromUtf8(bytes, path, 0),
  "utf-16le": (bytes, path) => fromUtf16(bytes, path, 0),
  latin1: (bytes) => bytes.toString("latin1"),
  "windows-1252": (bytes) =>
    bytes.toString("latin1").replace(/[\u0080-\u009F]/g, (control) => windows1252[control.charCodeAt(0) - 0x80]!),
};

/** @param skipped - bytes before these, for offsets. */
function fromUtf8(bytes: Buffer, path: string, skipped: number): string {
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return text;
  throw invalid(path, "UTF-8", skipped + offsetOfInvalid(bytes, text));
}

/** Where the decoder put the first U+FFFD that the bytes do not hold. */
function offsetOfInvalid(bytes: Buffer, text: string): number {
  let offset = 0;
  for (let from = 0; ;) {
    const at = text.indexOf("\uFFFD", from);
    if (at < 0) return bytes.length;
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return offset;
    offset += 3;
    from = at + 1;
  }
}

function fromUtf16(bytes: Buffer, path: string, skipped: number): string {
  if (bytes.length % 2 === 1) throw invalid(path, "UTF-16", skipped + bytes.length - 1);
  const text = bytes.toString("utf16le");
  if (text.isWellFormed()) return text;
  const half = text.search(/\p{Surrogate}/u);
  throw invalid(path, "UTF-16", skipped + 2 * half);
}

/** The bytes of each unit in the other order; one that is left over stays. */
const swapped = (bytes: Buffer): Buffer => {
  const even = bytes.length - (bytes.length % 2);
  return Buffer.concat([Buffer.from(bytes.subarray(0, even)).swap16(), bytes.subarray(even)]);
};

const invalid = (path: string, encoding: string, offset: number): IceError =>
  new IceError("ICE_TOOL_FAILED", `"${path}" is not ${encoding}: the byte at offset ${offset} does not belong there.`, {
    fix: "save the file as UTF-8, or name its encoding: encoding: latin1, windows-1252 or utf-16le",
    details: { path, offset },
  });
