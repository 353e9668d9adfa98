import assert from "node:assert/strict";
import { IceError, type RunStore, type StoredRun } from "@ice/core";

/** A store with its own data. */
export interface RunStoreFixture {
  readonly store: RunStore;
  /** Another instance with the same data, as in another process. */
  another?(): Promise<RunStore>;
  /** Lets time pass, for polls, heartbeats and leases. */
  readonly pass: (ms: number) => Promise<void>;
  /** Closes every instance and removes the data. */
  close(): Promise<void>;
}

/** One test of the contract. */
export interface RunStoreCase {
  /** The name of the test, a sentence. */
  readonly name: string;
  /** Only for stores whose data several instances can share. */
  readonly several?: true;
  /** Default: that of the test runner. */
  readonly timeoutMs?: number;
  check(fixture: RunStoreFixture): Promise<void>;
}

export async function anotherOf(fixture: RunStoreFixture): Promise<RunStore> {
  assert(fixture.another, "the fixture has no another()");
  return fixture.another();
}

export async function assertRefused(work: unknown, code: string): Promise<void> {
  await assert.rejects(
    async () => work,
    (error) => {
      assert(IceError.is(error), `not an IceError: ${String(error)}`);
      assert.equal(error.code, code);
      return true;
    },
  );
}

/** Kinds of a run's records, for readable messages. */
export function kindsOf({ records }: StoredRun): readonly string[] {
  return records.map(({ kind }) => kind);
}

export function assertDeepFrozen(value: unknown, place = "$"): void {
  if (typeof value !== "object" || value === null) return;
  assert(Object.isFrozen(value), `${place} is not frozen`);
  for (const [key, entry] of Object.entries(value)) assertDeepFrozen(entry, `${place}.${key}`);
}
