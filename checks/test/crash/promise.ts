import type { JournalRecord, StoredRun } from "@ice/core";
import { openSqliteRunStore } from "@ice/orchestrator";
import { expect } from "vitest";
import type { Effect } from "./effect-tool.ts";
import type { Place } from "./processes.ts";

export async function stored({ db }: Pick<Place, "db">, runId: string): Promise<StoredRun> {
  const store = await openSqliteRunStore(db);
  try {
    return await store.read(runId);
  } finally {
    await store.close();
  }
}

export const completedIn = (records: readonly JournalRecord[]): Map<string, number> =>
  new Map(
    records.flatMap((record) =>
      record.kind === "outcome" && record.node.status === "completed"
        ? [[record.path, record.node.attempts] as const]
        : [],
    ),
  );

/** The promise: nothing recorded is lost or happens again, and what happens again says so. */
export function checkPromise(
  before: StoredRun | undefined,
  after: StoredRun,
  effects: readonly Effect[],
  seen: number,
): void {
  // Every record that was there is there, in its place.
  if (before !== undefined) expect(after.records.slice(0, before.records.length)).toEqual(before.records);
  // What had an outcome before has no effect afterwards.
  const done = completedIn(before?.records ?? []);
  for (const { path } of effects.slice(seen)) expect(done.has(path), `${path} ran again`).toBe(false);
  const attempts = new Map<string, number>();
  const keys = new Map<string, string>();
  for (const { path, attempt, idempotencyKey } of effects) {
    // A repetition has a higher attempt, and always the same key.
    expect(attempt, `attempt of ${path}`).toBeGreaterThan(attempts.get(path) ?? 0);
    attempts.set(path, attempt);
    expect(keys.get(path) ?? idempotencyKey).toBe(idempotencyKey);
    keys.set(path, idempotencyKey);
  }
}
