import type { JournalRecord } from "../journal/journal-record.ts";

/** The requests that a record closes: that of its path or those of nodes below it, or all of the run. */
export type Closed = "all" | { readonly path: string; readonly itself: boolean };

/** Which open requests to people a record closes, besides an earlier one of its path if it is a request itself. */
export function closedBy(record: JournalRecord): Closed | undefined {
  switch (record.kind) {
    case "outcome":
      return { path: record.path, itself: true };
    case "attemptFailed":
      // A further attempt of a container asks again.
      return record.children ? { path: record.path, itself: false } : undefined;
    case "ended":
      return "all";
    default:
      return undefined;
  }
}
