import { createHash, type Hash } from "node:crypto";
import type { JournalRecordOf, Json, JsonObject, RunDocument, StoredRun } from "@ice/core";
import { deepFreeze, finish, toRunDocument, type AnalyzedBlueprint, type Steps } from "@ice/core/internal";

/** The document that a run is resumed with: the one that it was started with, or the last one that was forced. */
export function currentDocument({ document, records }: Pick<StoredRun, "document" | "records">): RunDocument {
  const forced = records.findLast(
    (record): record is JournalRecordOf<"resumed"> => record.kind === "resumed" && record.document !== undefined,
  );
  return forced === undefined ? document : { hash: forced.blueprintHash!, data: forced.document! };
}

/** The document of a plan. */
export interface PlanDocument extends RunDocument {
  /** Computes the hash in steps; reading `hash` would do so synchronously. */
  prepare(): Steps<RunDocument>;
}

/**
 * The document of an analysed blueprint. Data and hash are computed when first used; the values of a blueprint are frozen
 * already.
 */
export function runDocumentOf(analyzed: AnalyzedBlueprint): PlanDocument {
  let data: JsonObject | undefined;
  let hash: string | undefined;
  return {
    get data() {
      return (data ??= deepFreeze(toRunDocument(analyzed)));
    },
    get hash() {
      return (hash ??= finish(hashOf(this.data)));
    },
    *prepare() {
      hash ??= yield* hashOf(this.data);
      return this;
    },
  };
}

/** SHA-256 of a value as JSON with sorted keys, so that equal values have equal hashes (after RFC 8785). */
function* hashOf(value: Json): Steps<string> {
  const writer: Writer = { hash: createHash("sha256"), text: "" };
  yield* write(value, writer);
  return writer.hash.update(writer.text).digest("hex");
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
