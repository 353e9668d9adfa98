import type { Json, JsonObject } from "../json/json.ts";
import type { Steps } from "../time/steps.ts";
import type { Digests, Hash } from "./digests.ts";

/** SHA-256 of a value as JSON with sorted keys, so that equal values have equal hashes (after RFC 8785). */
export function* hashOf(value: Json, { createSha256 }: Pick<Digests, "createSha256">): Steps<string> {
  const writer: Writer = { hash: createSha256(), text: "" };
  yield* write(value, writer);
  writer.hash.update(writer.text);
  return writer.hash.digest("hex");
}

interface Writer {
  readonly hash: Hash;
  text: string;
}

/** Characters that are written between two pauses: about 50 µs. */
const lengthBetweenPauses = 4096;

function* write(value: Json, writer: Writer): Steps<void> {
  if (writer.text.length > lengthBetweenPauses) {
    writer.hash.update(writer.text);
    writer.text = "";
    yield;
  }
  if (typeof value !== "object" || value === null) {
    writer.text += JSON.stringify(value);
  } else if (Array.isArray(value)) {
    let before = "[";
    for (const entry of value as readonly Json[]) {
      writer.text += before;
      yield* write(entry, writer);
      before = ",";
    }
    writer.text += before === "[" ? "[]" : "]";
  } else {
    let before = "{";
    for (const [key, part] of inOrder(value as JsonObject)) {
      writer.text += `${before}${JSON.stringify(key)}:`;
      yield* write(part, writer);
      before = ",";
    }
    writer.text += before === "{" ? "{}" : "}";
  }
}

/** Keys that are array indexes come first, in numeric order, as in the hashes of stored runs. */
const inOrder = (object: JsonObject): readonly (readonly [string, Json])[] =>
  Object.entries(Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1))));
