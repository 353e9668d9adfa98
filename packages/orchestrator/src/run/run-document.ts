import { createHash } from "node:crypto";
import {
  toRunDocument,
  type AnalyzedBlueprint,
  type JournalRecordOf,
  type Json,
  type JsonObject,
  type RunDocument,
  type StoredRun,
} from "@ice/core";

/** What a run goes on with: the document that it was started with, or the last one that was forced on it. */
export function currentDocument({ document, records }: Pick<StoredRun, "document" | "records">): RunDocument {
  const forced = records.findLast(
    (record): record is JournalRecordOf<"resumed"> => record.kind === "resumed" && record.document !== undefined,
  );
  return forced === undefined ? document : { hash: forced.blueprintHash!, data: forced.document! };
}

/** The document of an analysed blueprint; data and hash are made when somebody wants them. */
export function runDocumentOf(analyzed: AnalyzedBlueprint): RunDocument {
  let data: JsonObject | undefined;
  let hash: string | undefined;
  return {
    get data() {
      return (data ??= JSON.parse(JSON.stringify(toRunDocument(analyzed))) as JsonObject);
    },
    get hash() {
      return (hash ??= createHash("sha256").update(canonicalJson(this.data)).digest("hex"));
    },
  };
}

/** JSON with the keys of every object in order, so that equal values have equal texts (after RFC 8785). */
function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, part: Json) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
