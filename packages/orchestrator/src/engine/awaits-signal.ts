import type { StoredRun } from "@ice/core";
import { finishInTurns, type TimeSlice } from "@ice/core/internal";
import { historyOf, type RunHistory } from "../history/history.ts";
import { openRequests } from "../history/stored-result.ts";
import { answerId } from "../journal/question.ts";

/**
 * Whether a suspended run would go on if it was resumed: one of its requests is answered, or it has a signal that nobody has taken and
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
  const cancelOn = new Set(history.inProgress().map(({ fields }) => fields?.["cancelOn"]));
  const waits = openRequests(run, history).flatMap(({ wait }) => (wait.kind === "wait" ? wait : []));
  return run.signals.some(
    ({ id, name }, index) =>
      name !== undefined &&
      (cancelOn.has(name) ||
        (!history.taken.has(id) && waits.some(({ signals, after }) => index >= after && signals.includes(name)))),
  );
}
