import { type Json, type JsonObject, isPlainObject } from "../json/json.ts";
import type { JournalRecord } from "../journal/journal-record.ts";

/** Where stored values can be large, as dotted paths. Only values at these paths are moved to `blobs`. */
export const blobPathsOfRecord = {
  started: ["fields"],
  attemptFailed: ["error.details"],
  outcome: ["node.output", "node.error.details"],
  waiting: ["wait.responseSchema"],
  checkpoint: ["value"],
  step: ["value"],
  suspended: [],
  stopped: ["error.details"],
  resumed: ["document"],
  ended: ["output", "error.details"],
} as const satisfies Record<JournalRecord["kind"], readonly string[]>;
export const blobPathsOfHead: readonly string[] = ["document.data", "inputs", "options"];
export const blobPathsOfSignal: readonly string[] = ["value"];

/** The value at a path, or undefined. */
export function valueAt(root: JsonObject, valuePath: string): Json | undefined {
  let value: Json | undefined = root;
  for (const key of valuePath.split(".")) {
    if (!isPlainObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key] as Json;
  }
  return value;
}

/** A copy without the value at a path, which must exist. Everything else is shared. */
export function withoutValueAt(root: JsonObject, valuePath: string): JsonObject {
  const [key = "", ...rest] = valuePath.split(".");
  const { [key]: value, ...others } = root;
  return rest.length === 0 ? others : { ...others, [key]: withoutValueAt(value as JsonObject, rest.join(".")) };
}

/** A copy with another value at a path, if there is one. Everything else is shared, and keys keep their order. */
export function withValueAt(root: JsonObject, valuePath: string, value: Json): JsonObject {
  const [key = "", ...rest] = valuePath.split(".");
  return { ...root, [key]: rest.length === 0 ? value : withValueAt(root[key] as JsonObject, rest.join("."), value) };
}

/**
 * Sets the value at a path of an object that is being built.
 *
 * @returns false if the path is missing or taken.
 */
export function setValueAt(root: JsonObject, valuePath: string, value: Json): boolean {
  const keys = valuePath.split(".");
  const last = keys.pop()!;
  const parent = keys.length === 0 ? root : valueAt(root, keys.join("."));
  if (!isPlainObject(parent) || Object.hasOwn(parent, last)) return false;
  (parent as Record<string, Json>)[last] = value;
  return true;
}
