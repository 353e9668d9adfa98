import {
  IceError,
  type Clock,
  type JournalRecord,
  type RunJournal,
  type RunStore,
  type Signal,
  type StoredRun,
} from "@ice/core";
import { recordSignal, storedRun, type KeptRun } from "./kept-run.ts";

/** What a process asks of its store, as a fault sees it. */
export interface StoreCall {
  readonly name: "create" | "open" | "append" | "signal" | "read";
  /** Which call of this process it is, from 1. */
  readonly nth: number;
  readonly runId: string;
  /** Only of `append`. */
  readonly record?: JournalRecord;
}

/**
 * What becomes of a call. `reject`: the store fails, and with it this journal; what was not durable is lost. `dieBefore`: the
 * process dies, and what was not durable is lost. `dieAfter`: the process dies when all that it appended is durable, and never
 * learns of it.
 */
export type StoreFate = "keep" | "reject" | "dieBefore" | "dieAfter";

/** When simulated commits become durable. */
export interface CommitOptions {
  readonly clock: Pick<Clock, "setTimer">;
  readonly delayMs: () => number;
}

/** How one process sees a disk. */
export interface ProcessOptions {
  /** When what was appended becomes durable: all that is open, `delayMs` milliseconds after its first. Default: at once. */
  readonly commit?: CommitOptions;
  readonly fate?: (call: StoreCall) => StoreFate;
  /** Told when a `die…` fate comes true. */
  readonly onDeath?: () => void;
  /** Told of a record that was appended after the process had left the run or ended it. */
  readonly onStray?: (record: JournalRecord) => void;
}

/** The store as a living process has it. */
export interface ProcessStore extends RunStore {
  /** The process is gone: what is not durable is lost, and no promise of this store settles any more. */
  kill(): void;
}

interface PendingAppend {
  readonly kept: KeptRun;
  readonly record: JournalRecord;
  settle(): void;
  reject(error: IceError): void;
}

/** The store of one process on a disk. Internal: `Disk.connect`. */
export function connect(
  runs: Map<string, KeptRun>,
  early: ReadonlyMap<string, readonly Signal[]>,
  write: (kept: KeptRun, record: JournalRecord) => void,
  { commit, fate = () => "keep", onDeath = () => {}, onStray = () => {} }: ProcessOptions,
): ProcessStore {
  const me = {};
  let alive = true;
  let calls = 0;
  let pending: PendingAppend[] = [];
  let cancelFlush = (): void => {};
  let closed = false;

  const commitPending = (): readonly PendingAppend[] => {
    const committed = pending;
    pending = [];
    cancelFlush();
    for (const { kept, record } of committed) write(kept, record);
    return committed;
  };
  const flush = (): void => {
    for (const { settle } of commitPending()) settle();
  };
  const disown = (): void => {
    for (const kept of runs.values()) if (kept.owner?.process === me) kept.owner = undefined;
  };
  const kill = (): void => {
    if (!alive) return;
    alive = false;
    pending = [];
    disown();
  };
  /** Whether the call may go on; a rejection is an error, and the dead get no answer. */
  const decide = (call: Omit<StoreCall, "nth">, lastWish: () => void = () => {}): "keep" | "reject" | "never" => {
    if (!alive) return "never";
    calls += 1;
    const decided = fate({ ...call, nth: calls });
    if (decided === "keep" || decided === "reject") return decided;
    if (decided === "dieAfter") {
      commitPending();
      lastWish();
    }
    kill();
    onDeath();
    return "never";
  };
  const never = <T>(): Promise<T> => new Promise(() => {});
  /** Does the work of a call that writes, once it is durable. */
  const durably = <T>(call: Omit<StoreCall, "nth">, work: () => T): Promise<T> => {
    const decided = decide(call, work);
    if (decided === "never") return never();
    if (decided === "reject") return Promise.reject(unavailable());
    if (commit === undefined) return new Promise((resolve) => resolve(work()));
    return new Promise((resolve, reject) => {
      commit.clock.setTimer(commit.delayMs(), () => {
        if (!alive) return;
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  };
  const required = (runId: string): KeptRun => {
    const kept = runs.get(runId);
    if (kept !== undefined) return kept;
    throw new IceError("ICE_RUN_NOT_FOUND", `There is no run "${runId}".`, { details: { runId } });
  };

  const read = async (runId: string): Promise<StoredRun> => {
    const decided = decide({ name: "read", runId });
    if (decided === "never") return never();
    if (decided === "reject") throw unavailable();
    return storedRun(required(runId));
  };

  const journalOf = (kept: KeptRun): RunJournal => {
    const { epoch, runId } = kept;
    let left = false;
    let lost = false;
    return {
      runId,
      epoch,
      append(record) {
        if (alive && left) onStray(record);
        if (alive && (left || lost || closed || kept.epoch !== epoch)) return Promise.reject(fenced(runId));
        const ends = record.kind === "suspended" || record.kind === "ended";
        const decided = decide({ name: "append", runId, record }, () => write(kept, record));
        if (decided === "never") return never();
        if (decided === "reject") {
          lost = true;
          kept.owner = undefined;
          const theirs = pending.filter((one) => one.kept === kept);
          pending = pending.filter((one) => one.kept !== kept);
          const error = unavailable();
          for (const { reject } of theirs) reject(error);
          return Promise.reject(error);
        }
        left = ends;
        const finish = (): void => {
          if (ends) kept.owner = undefined;
        };
        if (commit === undefined) {
          write(kept, record);
          finish();
          return undefined;
        }
        if (pending.length === 0) cancelFlush = commit.clock.setTimer(commit.delayMs(), flush);
        return new Promise<void>((resolve, reject) => {
          pending.push({
            kept,
            record,
            settle() {
              finish();
              resolve();
            },
            reject,
          });
        });
      },
    };
  };

  return {
    url: "test:",
    durable: true,
    create: (run, owner) =>
      durably({ name: "create", runId: run.runId }, () => {
        if (runs.has(run.runId))
          throw new IceError("ICE_RUN_EXISTS", `A run "${run.runId}" exists already.`, {
            fix: "choose another run id",
          });
        const { document, ...rest } = run;
        const kept: KeptRun = {
          runId: run.runId,
          run: JSON.stringify({ ...rest, document: { hash: document.hash, data: document.data } }),
          records: [],
          signals: new Map(),
          epoch: 1,
          owner: { process: me, owner },
        };
        for (const signal of early.get(run.runId) ?? []) recordSignal(kept, signal);
        runs.set(run.runId, kept);
        return journalOf(kept);
      }),
    open: (runId, owner) =>
      durably({ name: "open", runId }, () => {
        const kept = required(runId);
        if (kept.owner !== undefined)
          throw new IceError("ICE_STORE_OWNED", `The run "${runId}" is in progress.`, { details: { runId } });
        kept.owner = { process: me, owner };
        kept.epoch += 1;
        return { journal: journalOf(kept), run: storedRun(kept) };
      }),
    read,
    summary: read,
    list: async ({ status, workflow, limit = 100 } = {}) =>
      [...runs.values()]
        .map(storedRun)
        .filter((run) => (status ?? run.status) === run.status && (workflow ?? run.workflow) === run.workflow)
        .toSorted((a, b) => b.startedAt - a.startedAt)
        .slice(0, limit),
    signal: (runId, signal) => durably({ name: "signal", runId }, () => recordSignal(required(runId), signal)),
    async requestCancel(runId, reason) {
      const { owner } = required(runId);
      owner?.owner.onCancel(reason);
      return owner !== undefined;
    },
    collect: async () => ({ runs: 0, blobs: 0 }),
    secret: async () => "secret of a test",
    async close() {
      if (!alive) return;
      closed = true;
      flush();
      disown();
    },
    kill,
  };
}

const unavailable = (): IceError =>
  new IceError("ICE_STORE_UNAVAILABLE", "The store failed, as the test wanted it.", { fix: "resume the run" });

const fenced = (runId: string): IceError =>
  new IceError("ICE_STORE_FENCED", `The run "${runId}" does not belong to this owner any more.`, {
    details: { runId },
  });
