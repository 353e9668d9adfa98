import {
  runEnded,
  runOwned,
  type JournalRecord,
  type NewRun,
  type ObservedStatus,
  type RunOwner,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";

/** How a process owns a run. */
export interface Holder {
  readonly process: object;
  readonly owner: RunOwner;
  /** When the process learns of the signals of others. */
  readonly notice: (deliver: () => void) => void;
}

/** A stored run. */
export interface KeptRun {
  readonly runId: string;
  /** As JSON, as in a file. */
  readonly run: string;
  readonly records: JournalRecord[];
  readonly signals: Map<string, Signal>;
  epoch: number;
  owner: Holder | undefined;
  /** The first reason of a request to cancel. */
  cancel?: string | undefined;
}

/** Stores a signal, unless there is one with its id, and notifies the owner. @param sender - the process that sends it. */
export function recordSignal(kept: KeptRun, signal: Signal, sender?: object): SignalReceipt {
  // Ids of signals with a name are apart from those of answers.
  const key = signal.name === undefined ? signal.id : `!${signal.id}`;
  const first = kept.signals.get(key);
  if (first !== undefined) return { recorded: false, signal: first };
  kept.signals.set(key, signal);
  const { owner: holder } = kept;
  const deliver = (): void => {
    if (kept.owner === holder) holder?.owner.onSignal(signal);
  };
  if (holder === undefined || holder.process === sender) deliver();
  else holder.notice(deliver);
  return { recorded: true, signal };
}

/** Keeps the first request to cancel a run, and notifies its owner. @returns false if it has none. */
export function keepCancel(kept: KeptRun, reason: string): boolean {
  const { owner: holder } = kept;
  if (holder === undefined) return false;
  kept.cancel ??= reason;
  holder.owner.onCancel(kept.cancel);
  return true;
}

/** @throws IceError `ICE_STORE_OWNED`, `ICE_RUN_ENDED`. */
export function assertFree({ runId, records, owner }: KeptRun): void {
  const last = records.at(-1);
  if (last?.kind === "ended") throw runEnded(runId, last.status, "it cannot go on");
  if (owner !== undefined) throw runOwned(runId);
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

function statusOf({ records, owner, cancel }: KeptRun): ObservedStatus {
  const last = records.findLast(({ kind }) => kind === "ended" || kind === "suspended" || kind === "resumed");
  if (last?.kind === "ended") return last.status;
  if (last?.kind === "suspended")
    return last.reason === "interrupted" || cancel !== undefined ? "interrupted" : "suspended";
  return owner === undefined ? "interrupted" : "running";
}
