import type { JournalRecord } from "@ice/core";
import { closedBy, isQuestion } from "@ice/core/internal";

/** Open requests that records of a run close. */
interface ClosedRequests {
  /** Null: all of them. */
  readonly path: string | null;
  /** The request of the path itself. */
  readonly itself: boolean;
  /** Those of nodes below the path. */
  readonly below: boolean;
}

/** A request that a record opens. */
interface OpenedRequest {
  readonly seq: number;
  readonly path: string;
  readonly request: number;
  readonly at: number;
}

/** What records of a run change about the list of its open requests. */
export interface RequestChanges {
  /** Of the requests that were open before. */
  readonly closed: readonly ClosedRequests[];
  /** Those of them that the records leave open. */
  readonly opened: readonly OpenedRequest[];
}

/** What some records change together. @param first - the number of the first record. */
export function requestChanges(records: readonly JournalRecord[], first: number): RequestChanges {
  const closed: ClosedRequests[] = [];
  const opened = new Map<string, OpenedRequest>();
  const close = (one: ClosedRequests): void => {
    closed.push(one);
    for (const path of opened.keys()) if (closes(one, path)) opened.delete(path);
  };
  for (const [index, record] of records.entries()) {
    const what = closedBy(record);
    if (what === "all") close({ path: null, itself: true, below: true });
    else if (what !== undefined) close({ ...what, below: true });
    if (record.kind !== "waiting" || !isQuestion(record)) continue;
    const { path, request, at } = record;
    close({ path, itself: true, below: false });
    opened.set(path, { seq: first + index, path, request, at });
  }
  return { closed, opened: [...opened.values()] };
}

function closes({ path, itself, below }: ClosedRequests, open: string): boolean {
  if (path === null) return true;
  if (open === path) return itself;
  return below && (open.startsWith(`${path}.`) || open.startsWith(`${path}[`));
}
