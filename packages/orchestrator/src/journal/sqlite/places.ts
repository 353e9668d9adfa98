import type { Json, JsonObject, JournalRecord } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** Where the parts of what is stored can be large, as dotted paths. Only these leave their row for `blobs`. */
export const placesOfRecord = {
  started: ["fields"],
  attemptFailed: ["error.details"],
  outcome: ["node.output", "node.error.details"],
  waiting: ["wait.responseSchema"],
  checkpoint: ["value"],
  suspended: [],
  stopped: ["error.details"],
  resumed: ["document"],
  ended: ["output", "error.details"],
} as const satisfies Record<JournalRecord["kind"], readonly string[]>;
export const placesOfHead: readonly string[] = ["document.data", "inputs", "options"];
export const placesOfSignal: readonly string[] = ["value"];

/** The value at a place, undefined when there is none. */
export function valueAt(root: JsonObject, place: string): Json | undefined {
  let value: Json | undefined = root;
  for (const key of place.split(".")) {
    if (!isPlainObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key] as Json;
  }
  return value;
}

/** The same without the value at a place, which is there. What is not on the way is shared. */
export function withoutPlace(root: JsonObject, place: string): JsonObject {
  const [key = "", ...rest] = place.split(".");
  const { [key]: value, ...others } = root;
  return rest.length === 0 ? others : { ...others, [key]: withoutPlace(value as JsonObject, rest.join(".")) };
}

/** The same with another value at a place, where one is. What is not on the way is shared, and keys keep their order. */
export function withValueAt(root: JsonObject, place: string, value: Json): JsonObject {
  const [key = "", ...rest] = place.split(".");
  return { ...root, [key]: rest.length === 0 ? value : withValueAt(root[key] as JsonObject, rest.join("."), value) };
}

/** Puts a value at a place of an object that is still being built. @returns false when the way there is missing or taken. */
export function putAt(root: JsonObject, place: string, value: Json): boolean {
  const keys = place.split(".");
  const last = keys.pop()!;
  const parent = keys.length === 0 ? root : valueAt(root, keys.join("."));
  if (!isPlainObject(parent) || Object.hasOwn(parent, last)) return false;
  (parent as Record<string, Json>)[last] = value;
  return true;
}
