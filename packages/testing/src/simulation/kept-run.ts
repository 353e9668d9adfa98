import type { JournalRecord, NewRun, ObservedStatus, RunOwner, Signal, SignalReceipt, StoredRun } from "@ice/core";

/** A stored run. */
export interface KeptRun {
  readonly runId: string;
  /** As JSON, as in a file. */
  readonly run: string;
  readonly records: JournalRecord[];
  readonly signals: Map<string, Signal>;
  epoch: number;
  owner: { readonly process: object; readonly owner: RunOwner } | undefined;
}

/** Stores a signal, unless there is one with its id, and notifies the owner. */
export function recordSignal(kept: KeptRun, signal: Signal): SignalReceipt {
  const key = signal.name === undefined ? signal.id : `!${signal.id}`;
  const first = kept.signals.get(key);
  if (first !== undefined) return { recorded: false, signal: first };
  kept.signals.set(key, signal);
  kept.owner?.owner.onSignal(signal);
  return { recorded: true, signal };
}

/** The run as `read` returns it. */
export function storedRun(kept: KeptRun): StoredRun {
  const run = JSON.parse(kept.run) as NewRun;
  return {
    ...run,
    tenant: run.tenant ?? "default",
    status: statusOf(kept),
    updatedAt: kept.records.at(-1)?.at ?? run.startedAt,
    records: kept.records.slice(),
    signals: [...kept.signals.values()],
  };
}

function statusOf({ records, owner }: KeptRun): ObservedStatus {
  const last = records.findLast(({ kind }) => kind === "ended" || kind === "suspended" || kind === "resumed");
  if (last?.kind === "ended") return last.status;
  if (last?.kind === "suspended") return last.reason === "interrupted" ? "interrupted" : "suspended";
  return owner === undefined ? "interrupted" : "running";
}
