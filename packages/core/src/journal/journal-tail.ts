import type { JournalRecord } from "./journal-record.ts";
import type { Position } from "./position.ts";
import type { RunSummary } from "./run-summary.ts";
import type { Signal } from "./signal.ts";

/** One entry of a journal, and the position after it. The head, which a `RunSummary` describes, is the first entry. */
export type JournalEntry = { readonly position: Position } & (
  | { readonly kind: "head" }
  | { readonly kind: "record"; readonly record: JournalRecord }
  | { readonly kind: "signal"; readonly signal: Signal }
);

/** Entries of a journal from a position on, in its order. */
export interface JournalTail {
  /** The run as of these entries or later. */
  readonly run: RunSummary;
  readonly entries: readonly JournalEntry[];
  /** The position after the last of them. */
  readonly position: Position;
  /** Whether the journal had no further entries when they were read. */
  readonly isAtEnd: boolean;
}

/** Maximum number of entries that one call of `readAfter` returns, and its default. */
export const maxTailEntries = 500;
