import type { JournalRecord, Signal } from "@ice/core";
import type { NodeIndex } from "./node-index.ts";

/** Checks one kind of guarantee of a run, from what is recorded and called. */
export interface Rule {
  /** A record was appended; a crash may lose it. */
  onAppend?(record: JournalRecord): void;
  /** A record has become durable. */
  onDurable?(record: JournalRecord): void;
  /** A node calls a tool. */
  onCall?(path: string): void;
  /** A process has ended: what was not durable is lost. */
  onCrash?(): void;
}

/** What the rules of one run read. */
export interface Observed {
  readonly nodes: NodeIndex;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The signals of the run, in the order of recording. */
  readonly signals: () => readonly Signal[];
  /** Within which time a process notices a signal, in milliseconds. */
  readonly noticeMs: number;
  /** Within which time a signal is in the store, in milliseconds. */
  readonly commitMs: number;
  /** The node that has started a run, if there is such a run. */
  readonly starterOf: (runId: string) => { readonly runId: string; readonly path: string } | undefined;
  readonly violation: (violation: string) => void;
}
