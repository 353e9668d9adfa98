import type { LaneOutcome, ExecutionFailure } from "../lane/execution.ts";

/** How an execution ended; one that never reached a lane has only a kind. */
export type PoolOutcome = LaneOutcome | ({ readonly ok: false; readonly runMs?: number } & ExecutionFailure);
