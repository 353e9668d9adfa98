import type { LaneOutcome, Refusal } from "../lane/execution.ts";

/** What became of an execution; one that never got an outcome of its own lane has only a kind. */
export type PoolOutcome = LaneOutcome | ({ readonly ok: false; readonly runMs?: number } & Refusal);
