import type { JournalRecordOf, Json, StoredRun } from "@ice/core";
import { compileJsonSchema } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";

/** Why a node no longer waits, if what it waits for has come while no process ran the workflow. */
export function hasCome(
  wait: JournalRecordOf<"waiting">["wait"],
  { signals }: StoredRun,
  { taken }: RunHistory,
  { now, next }: { readonly now: number; readonly next: string },
): string | undefined {
  const until = (wait.kind === "human" ? null : wait.resumeAt) ?? wait.expiresAt ?? Infinity;
  const free = signals
    .filter(({ name }) => name !== undefined)
    .slice(wait.kind === "human" ? Infinity : wait.after)
    .find(({ id, name = "", at, value }) => at <= until && !taken.has(id) && takes(wait, name, value));
  if (free !== undefined) return `has its signal "${free.name}": it continues when ${next}`;
  if (until > now) return undefined;
  return until === wait.expiresAt
    ? `its deadline has passed, which takes effect when ${next}`
    : `its time has come: it continues when ${next}`;
}

function takes(wait: JournalRecordOf<"waiting">["wait"], name: string, payload: Json): boolean {
  if (wait.kind === "human" || !wait.signals.includes(name)) return false;
  return wait.payloadSchema === null || compileJsonSchema(wait.payloadSchema).validate(payload).ok;
}

/** What a node waits for. */
export function waitsFor(wait: JournalRecordOf<"waiting">["wait"]): string {
  if (wait.kind === "human") {
    const who = wait.assignees.length === 0 ? "a person" : wait.assignees.join(" or ");
    return `waits for ${who} to answer "${wait.promptMessage}"`;
  }
  const { signals, resumeAt, expiresAt } = wait;
  const until = timeOf(resumeAt);
  if (signals.length === 0) return `waits until ${until}`;
  const end = timeOf(expiresAt);
  const what = `waits for a signal ${signals.map((name) => `"${name}"`).join(" or ")}`;
  return `${what}${until && `, or until ${until}`}${end && `; fails at ${end}`}`;
}

const timeOf = (at: number | null): string => (at === null ? "" : new Date(at).toISOString());
