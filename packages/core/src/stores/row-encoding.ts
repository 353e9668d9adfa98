import { IceError, messageOf } from "../errors/ice-error.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { freezeParsed } from "../json/freeze-parsed.ts";
import { jsonLength } from "../json/json-length.ts";
import { damaged, wrongVersion } from "../journal/run-errors.ts";
import { uniqueRunName } from "../journal/tenant.ts";
import { setValueAt, valueAt, withoutValueAt, withValueAt } from "./blob-paths.ts";
import type { Digests } from "./digests.ts";

/** Larger values are stored outside their row. In UTF-16 units of their JSON, which are bytes for ASCII text. */
const inlineLimit = 32 * 1024;

/** A large value that is stored in `blobs`, outside the row it belongs to. */
export interface BlobRef {
  /** Path of the value in the row: `node.output`. */
  readonly valuePath: string;
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
}

export interface EncodedBlob extends BlobRef {
  /** Its JSON in UTF-8. */
  readonly content: Uint8Array;
}

export interface Encoded {
  readonly body: string;
  readonly blobs: readonly EncodedBlob[];
}

/** A row as it is stored, with its blob references and their hashes. */
export interface StoredRow {
  readonly version: number;
  readonly body: string;
  readonly checksum: number;
}

/** How stores write rows and read them. */
export interface RowEncoding {
  /**
   * JSON text, in which large values at `blobPaths` are replaced by blob references, in the order of `blobPaths`.
   *
   * @param limit - size above which a value is large. Default 32 KiB.
   * @throws IceError `ICE_OUTPUT_NOT_JSON` for a key `__proto__`, `ICE_STORE_FULL` for a text longer than a string can be.
   */
  readonly encode: (value: object, blobPaths: readonly string[], limit?: number) => Encoded;
  /** CRC-32 over the content and the identity of a row. */
  readonly checksumOf: (address: RowAddress, version: number, body: string, blobs: readonly BlobRef[]) => number;
  /** The value of a row, checked and deep-frozen. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
  readonly decode: (row: StoredRow, address: RowAddress, options: DecodeOptions) => JsonObject;
  /** The value of a blob, checked and deep-frozen. @throws IceError `ICE_STORE_CORRUPT`. */
  readonly decodeBlob: (content: Uint8Array | undefined, hash: string, path: string) => Json;
}

/** The encoding of rows with the digests of a platform. */
export function createRowEncoding({ sha256, crc32 }: Pick<Digests, "sha256" | "crc32">): RowEncoding {
  const checksumOf = checksumWith(crc32);
  return {
    encode: encodeWith(sha256),
    checksumOf,
    decode: decodeWith(checksumOf),
    decodeBlob: decodeBlobWith(sha256),
  };
}

const encodeWith =
  (sha256: Digests["sha256"]): RowEncoding["encode"] =>
  (value, blobPaths, limit = inlineLimit) => {
    const whole = stringify(value);
    if (whole.length <= limit) return { body: whole, blobs: [] };
    const blobs: EncodedBlob[] = [];
    let left = { value: value as JsonObject, text: whole };
    for (const valuePath of blobPaths.toSorted()) {
      const part = valueAt(left.value, valuePath);
      if (typeof part !== "string" && (typeof part !== "object" || part === null)) continue;
      if (jsonLength(part, limit) <= limit) continue;
      const { text, rest } = cutOut(left, valuePath);
      const content = new TextEncoder().encode(text);
      blobs.push({ valuePath, hash: sha256(content), content });
      left = rest;
    }
    if (blobs.length === 0) return { body: whole, blobs };
    return {
      body: stringify(blobs.reduce((rest, { valuePath }) => withoutValueAt(rest, valuePath), value as JsonObject)),
      blobs,
    };
  };

interface Written {
  readonly value: JsonObject;
  /** The value as JSON. */
  readonly text: string;
}

/**
 * The JSON of the text, list or object at a path, taken from the JSON around it, so that a large part is written once. A 0 in its
 * place leaves everything before and after it unchanged, and no such part begins with a 0.
 */
function cutOut({ value, text }: Written, valuePath: string): { readonly text: string; readonly rest: Written } {
  const others = withValueAt(value, valuePath, 0);
  const rest = { value: others, text: stringify(others) };
  let start = 0;
  while (text[start] === rest.text[start]) start += 1;
  return { text: text.slice(start, start + text.length - rest.text.length + 1), rest };
}

/** The identity of a row: a row that was moved has a wrong checksum. */
export interface RowAddress {
  readonly tenant: string;
  readonly runId: string;
  /** A turn has the name of its thread as `runId`, a cached output its key. */
  readonly source: "record" | "signal" | "turn" | "cached";
  readonly seq: number;
}

const checksumWith =
  (crc32: Digests["crc32"]): RowEncoding["checksumOf"] =>
  ({ tenant, runId, source, seq }, version, body, blobs) => {
    let address = `${uniqueRunName(tenant, runId)}\n${source} ${seq} ${version}\n`;
    for (const { valuePath, hash } of blobs) address += `${valuePath} ${hash}\n`;
    return crc32(body, crc32(address));
  };

export interface DecodeOptions {
  /** Path of the store, for errors. */
  readonly path: string;
  /** The newest version of rows that is supported. */
  readonly version: number;
  /** The values of this row that are stored in `blobs`. */
  readonly blobs: readonly BlobRef[];
  /** Paths whose values may be in `blobs`. */
  readonly blobPathsOf: (value: JsonObject) => readonly string[];
  readonly readBlob: (hash: string) => Json;
}

const decodeWith =
  (checksumOf: RowEncoding["checksumOf"]): RowEncoding["decode"] =>
  (row, address, { path, version, blobs, blobPathsOf, readBlob }) => {
    const name = nameOf(address);
    if (row.checksum !== checksumOf(address, row.version, row.body, blobs))
      throw damaged(path, `${name} has a wrong checksum`);
    if (row.version < 1 || row.version > version)
      throw wrongVersion(path, {
        what: `In the store ${path}, ${name}`,
        version: row.version,
        reads: `versions up to ${version}`,
      });
    const value = parse(row.body, path, name) as JsonObject;
    for (const { valuePath, hash } of blobs)
      if (!blobPathsOf(value).includes(valuePath) || !setValueAt(value, valuePath, readBlob(hash)))
        throw damaged(path, `${name} has no value at "${valuePath}"`);
    if (!freezeParsed(value)) throw damaged(path, `${name} has a key \`__proto__\``);
    return value;
  };

function nameOf({ source, seq, runId }: RowAddress): string {
  if (source === "cached") return `the cached output "${runId}"`;
  return `${source} ${seq} of ${source === "turn" ? "thread" : "run"} "${runId}"`;
}

const decodeBlobWith =
  (sha256: Digests["sha256"]): RowEncoding["decodeBlob"] =>
  (content, hash, path) => {
    const name = `the value ${hash}`;
    if (content === undefined) throw damaged(path, `${name} is missing`);
    if (sha256(content) !== hash) throw damaged(path, `${name} has a different hash`);
    const value = parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(content), path, name);
    if (!freezeParsed(value)) throw damaged(path, `${name} has a key \`__proto__\``);
    return value;
  };

function parse(text: string, path: string, name: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw damaged(path, `${name} is not JSON`, cause);
  }
}

function stringify(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    if (!(cause instanceof RangeError))
      throw new IceError("ICE_OUTPUT_NOT_JSON", `A value is not JSON: ${messageOf(cause)}.`, {
        cause,
        fix: "use null, booleans, finite numbers, strings, lists and plain objects",
      });
    // The maximum length of a string in V8 is 2^29 - 24 units.
    throw new IceError("ICE_STORE_FULL", `A value is too large or too deep to be recorded: ${messageOf(cause)}.`, {
      cause,
      fix: "keep large data in files and pass their paths",
    });
  }
  // In JSON text, a quote inside a string is escaped, so this can only be a key.
  if (text.includes('"__proto__":'))
    throw new IceError("ICE_OUTPUT_NOT_JSON", "A value has the key `__proto__`.", { fix: "use another key" });
  return text;
}
