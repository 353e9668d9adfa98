import type { JournalRecord, NewRun, RunOwner } from "@ice/core";

/** A run as it starts. */
export const newRun = (runId: string, more: Partial<NewRun> = {}): NewRun => ({
  runId,
  workflow: "demo",
  version: "0.1.0",
  kind: "workflow",
  startedAt: 1000,
  document: { hash: "h".repeat(64), data: { name: "demo" } },
  inputs: {},
  options: {},
  ...more,
});

export const checkpoint = (value: string | number): JournalRecord => ({
  kind: "checkpoint",
  at: 2000,
  path: "a",
  value,
});

export const ended: JournalRecord = { kind: "ended", at: 3000, status: "completed", usage: {} };

/** An owner that notes what it is notified of. */
interface WatchfulOwner extends RunOwner {
  /** Ids of signals. */
  readonly signals: string[];
  /** Codes of errors. */
  readonly lost: string[];
}

export function watchfulOwner(): WatchfulOwner {
  const [signals, lost]: [string[], string[]] = [[], []];
  return {
    signals,
    lost,
    onSignal: ({ id }) => void signals.push(id),
    onCancel: () => {},
    onLost: ({ code }) => void lost.push(String(code)),
  };
}
