import { createHash } from "node:crypto";
import { isPlainObject } from "@ice/core";
import type { PreparedComponent } from "./prepare-component.ts";

/** Bytes of the checksum at the front. */
const sumBytes = 32;
const lengthBytes = 4;

/**
 * A prepared component as one piece of bytes: a checksum of everything behind it and of the key, the length of the head, the head
 * (JSON: entry, pages, length of the glue, names and lengths of the core modules), the glue, the modules.
 */
export function packComponent(key: string, { entry, glue, coreModules, initialPages }: PreparedComponent): Uint8Array {
  const code = Buffer.from(glue);
  const modules = [...coreModules];
  const head = Buffer.from(
    JSON.stringify({
      entry,
      initialPages,
      glue: code.length,
      modules: modules.map(([name, bytes]) => [name, bytes.length]),
    }),
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  const content = Buffer.concat([length, head, code, ...modules.map(([, bytes]) => bytes)]);
  return Buffer.concat([sumOf(key, content), content]);
}

/** The component, or undefined when the bytes are not what was packed under this key. */
export function unpackComponent(key: string, bytes: Uint8Array): PreparedComponent | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(sumBytes);
  if (content.length < lengthBytes || !sumOf(key, content).equals(bytes.subarray(0, sumBytes))) return undefined;
  let at = lengthBytes;
  const take = (length: number): Buffer => content.subarray(at, (at += length));
  // Whole and written under this key, so written by `packComponent`.
  const head = JSON.parse(take(content.readUInt32LE()).toString()) as Head;
  if (!isPlainObject(head)) return undefined;
  const glue = take(head.glue).toString();
  return {
    entry: head.entry,
    initialPages: head.initialPages,
    glue,
    coreModules: new Map(head.modules.map(([name, length]) => [name, take(length)])),
  };
}

interface Head extends Pick<PreparedComponent, "entry" | "initialPages"> {
  readonly glue: number;
  readonly modules: readonly (readonly [name: string, length: number])[];
}

function sumOf(key: string, content: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(content).digest();
}
