import type { RunSummary, Task } from "../api/types.ts";
import { formatDuration, formatMoment, plural, shortId } from "../format/format.ts";

/** One sentence about what a run does now, or why it ended so. @param task - the oldest that it asks people. */
export function nowText(run: RunSummary, now: number, task?: Task): string {
  const { status, resumeAt, error, startedBy, createdBy } = run;
  if (task !== undefined) return askText(task);
  if (status === "failed" || status === "cancelled") {
    if (error === undefined) return status === "failed" ? "Failed" : "Cancelled";
    if (status === "cancelled") return `Cancelled: ${reasonOf(error.message)}`;
    return `Failed${error.path === undefined ? "" : ` at ${error.path}`}: ${error.code}, ${error.message}`;
  }
  if (status === "suspended")
    return resumeAt === undefined
      ? "Waits for an answer or a signal"
      : `Waits until ${formatMoment(resumeAt, now)} at the latest`;
  if (status === "queued") return "Waits for a worker";
  if (status === "interrupted") return "Its process is gone; the server continues it when it can";
  if (status === "running") return runsText(run, now);
  if (startedBy !== undefined) return `Started by ${startedBy.path} of ${shortId(startedBy.runId)}`;
  return createdBy === undefined ? "" : `Started by ${createdBy}`;
}

/** Without what the state already says: `The run was cancelled: …` */
const reasonOf = (message: string): string => message.replace(/^The run was cancelled: (.+?)\.?$/s, "$1");

function runsText({ nodes, updatedAt }: RunSummary, now: number): string {
  const last = `the last step ${formatDuration(Math.max(0, now - updatedAt))} ago`;
  return nodes === undefined ? `Runs, ${last}` : `Runs: ${plural(nodes, "node")} done, ${last}`;
}

/** `review asks kim or lee: Publish 45 listings?` */
function askText({ path, assignees, promptMessage }: Task): string {
  const people = assignees.length === 0 ? "" : ` ${assignees.join(" or ")}`;
  return `${path} asks${people}: ${promptMessage.replaceAll(/\s+/g, " ")}`;
}

/** Whether the id or the workflow of a run contains each word. */
export function matches({ runId, workflow, version }: RunSummary, words: readonly string[]): boolean {
  const text = `${runId} ${workflow} ${version}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
