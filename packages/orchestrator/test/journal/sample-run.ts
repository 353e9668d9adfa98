import type { JournalRecord, Json, NewRun, RunJournal, RunOwner, RunStore } from "@ice/core";

export const silentOwner: RunOwner = { onSignal: () => {}, onCancel: () => {}, onLost: () => {} };

export function newRun(runId: string, overrides: Partial<NewRun> = {}): NewRun {
  const document = { hash: "d0c", data: { root: { name: "demo" } } };
  return {
    runId,
    workflow: "demo",
    version: "0.1.0",
    kind: "workflow",
    startedAt: 1000,
    document,
    inputs: {},
    options: {},
    ...overrides,
  };
}

export function outcome(path: string, output: Json, at = 2000): JournalRecord {
  const node = { type: "tool", status: "completed", attempts: 1, startedAt: at, endedAt: at, durationMs: 0 } as const;
  return { kind: "outcome", at, path, node: { ...node, output } };
}

export const ended: JournalRecord = { kind: "ended", at: 3000, status: "completed", usage: {} };
export const suspended: JournalRecord = { kind: "suspended", at: 2500, reason: "waiting" };

/** A run with these records, all durable. */
export async function journalOf(
  store: RunStore,
  runId: string,
  records: readonly JournalRecord[] = [],
  owner: RunOwner = silentOwner,
): Promise<RunJournal> {
  const journal = await store.create(newRun(runId), owner);
  const appended = records.map((record) => journal.append(record));
  for (const durable of appended) await durable;
  return journal;
}

/** An owner that records its notifications, and the codes of the errors with which it lost runs. */
export interface ListeningOwner extends RunOwner {
  readonly notifications: readonly string[];
}

export function listeningOwner(): ListeningOwner {
  const notifications: string[] = [];
  return {
    notifications,
    onSignal: ({ id }) => void notifications.push(`signal ${id}`),
    onCancel: (reason) => void notifications.push(`cancel ${reason}`),
    onLost: ({ code }) => void notifications.push(`lost ${code}`),
  };
}

/** How a promise ends: "done", or the code of its error. */
export async function ending(work: Promise<unknown> | undefined): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
