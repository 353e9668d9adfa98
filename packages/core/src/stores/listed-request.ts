import type { JournalRecord } from "../journal/journal-record.ts";
import type { OpenRequest } from "../journal/open-request.ts";
import { damaged } from "../journal/run-errors.ts";
import { isQuestion } from "./question.ts";
import type { RunColumns } from "./run-row.ts";

/** The entry of an open request, from its row in the list and the record that the row refers to. @throws IceError `ICE_STORE_CORRUPT`. */
export function openRequestOf(
  store: string,
  { run_id: runId, workflow }: Pick<RunColumns, "run_id" | "workflow">,
  { path, request }: { readonly path: string; readonly request: number },
  record: JournalRecord,
): OpenRequest {
  if (record.kind !== "waiting" || !isQuestion(record) || record.path !== path || record.request !== request)
    throw damaged(store, `the list of open requests of run "${runId}" does not match its records`);
  return { runId, workflow, path, request, requestedAt: record.at, ...record.wait };
}
