import type { JournalRecord, StoredRun } from "@ice/core";
import { expect } from "vitest";
import type { Effect } from "./effect-tool.ts";

/** The nodes that have completed, with their attempts. */
export const completedIn = (records: readonly JournalRecord[]): Map<string, number> =>
  new Map(
    records.flatMap((record) =>
      record.kind === "outcome" && record.node.status === "completed"
        ? [[record.path, record.node.attempts] as const]
        : [],
    ),
  );

interface Kept {
  /** The run as a process has left it that died. */
  readonly before?: StoredRun | undefined;
  readonly after: StoredRun;
  /** All effects of the run, and how many of them that process had seen. */
  readonly effects: readonly Effect[];
  readonly seen?: number;
  /** How often a scope has repeated its effects: each repetition has its own keys. */
  readonly repetitions?: number;
}

/** The promise: nothing recorded is lost or happens again, and what happens again says so. */
export function checkPromise({ before, after, effects, seen = 0, repetitions = 0 }: Kept): void {
  // Every record that was there is there, in its place.
  if (before !== undefined) expect(after.records.slice(0, before.records.length)).toEqual(before.records);
  // What had an outcome before has no effect afterwards.
  const done = doneKeys(before?.records ?? [], effects.slice(0, seen));
  for (const { path, idempotencyKey } of effects.slice(seen))
    expect(done.has(idempotencyKey), `${path} ran again`).toBe(false);
  const attempts = new Map<string, number>();
  const keys = new Map<string, Set<string>>();
  for (const { path, attempt, idempotencyKey } of effects) {
    // A repetition has a higher attempt, and always the same key.
    expect(attempt, `attempt of ${path}`).toBeGreaterThan(attempts.get(idempotencyKey) ?? 0);
    attempts.set(idempotencyKey, attempt);
    keys.set(path, (keys.get(path) ?? new Set()).add(idempotencyKey));
  }
  for (const [path, { size }] of keys) expect(size, `keys of ${path}`).toBeLessThanOrEqual(1 + repetitions);
}

/** The keys of effects whose nodes have completed: of a node that a scope has repeated, one for each time. */
function doneKeys(records: readonly JournalRecord[], effects: readonly Effect[]): Set<string> {
  const times = new Map<string, number>();
  for (const record of records)
    if (record.kind === "outcome" && record.node.status === "completed")
      times.set(record.path, (times.get(record.path) ?? 0) + 1);
  const keysOf = (path: string) => effects.flatMap((one) => (one.path === path ? one.idempotencyKey : []));
  return new Set([...times].flatMap(([path, count]) => [...new Set(keysOf(path))].slice(0, count)));
}
