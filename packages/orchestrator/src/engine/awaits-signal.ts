import type { Json, JsonObject, StoredRun } from "@ice/core";
import { finishInTurns, isPlainObject, type TimeSlice, answerId } from "@ice/core/internal";
import { historyOf, type RunHistory } from "../history/history.ts";
import { openRequests } from "../history/stored-result.ts";
import { currentDocument } from "../plan/run-document.ts";

/**
 * Whether a suspended run would go on if it was resumed: one of its requests is answered, or it has a signal that no node has taken and
 * that a node waits for or a scope in progress is cancelled by.
 */
export async function awaitsSignal(run: StoredRun, timeSlice: TimeSlice): Promise<boolean> {
  const history = await finishInTurns(historyOf(run), timeSlice);
  return isAnswered(run, history) || isSignalled(run, history);
}

function isAnswered({ signals }: StoredRun, history: RunHistory): boolean {
  const answers = new Set(signals.flatMap(({ id, name }) => (name === undefined ? id : [])));
  return history
    .lastRequests()
    .some(({ path, request }) => !history.isOver(path) && answers.has(answerId(path, request)));
}

function isSignalled(run: StoredRun, history: RunHistory): boolean {
  const waits = openRequests(run, history).flatMap(({ wait }) => (wait.kind === "wait" ? wait : []));
  const cancels = cancellingNames(run, history);
  return run.signals.some(
    ({ id, name }, index) =>
      name !== undefined &&
      (cancels.has(name) ||
        (!history.taken.has(id) && waits.some(({ signals, after }) => index >= after && signals.includes(name)))),
  );
}

/**
 * Names that may cancel a scope in progress. A template is recorded as it was evaluated; other names stand in the blueprint, where also
 * those of scopes are found that are not in progress: a run is then resumed once for nothing.
 */
function cancellingNames(run: StoredRun, history: RunHistory): ReadonlySet<Json> {
  const inProgress = history.inProgress();
  if (inProgress.length === 0) return new Set();
  const written = valuesOf("cancelOn", currentDocument(run).data);
  return new Set([...inProgress.flatMap(({ fields }) => fields?.["cancelOn"] ?? []), ...written]);
}

/** The values of a key anywhere in an object. */
function valuesOf(key: string, data: JsonObject): readonly Json[] {
  const found: Json[] = [];
  const pending: Json[] = [data];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // One by one: a list may have more entries than a call has room for.
    if (Array.isArray(next)) for (const entry of next) pending.push(entry);
    else if (isPlainObject(next))
      for (const [name, value] of Object.entries(next)) {
        if (name === key) found.push(value);
        else pending.push(value);
      }
  }
  return found;
}
