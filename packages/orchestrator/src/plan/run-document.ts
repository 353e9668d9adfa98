import type { JournalRecordOf, JsonObject, RunDocument, StoredRun } from "@ice/core";
import { deepFreeze, finish, toRunDocument, type AnalyzedBlueprint, type Steps, hashOf } from "@ice/core/internal";
import { digests } from "../journal/digests.ts";

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
      return (hash ??= finish(hashOf(this.data, digests)));
    },
    *prepare() {
      hash ??= yield* hashOf(this.data, digests);
      return this;
    },
  };
}
