import { z } from "zod";
import { maxProvided } from "./provided-queues.ts";

/** What a worker says about itself to others. */
export interface WorkerRow {
  readonly provides: readonly string[];
  /** Runs that it executes at a time. */
  readonly slots: number;
}

const provided = z.array(z.string()).max(maxProvided);
const schema = z.object({ provides: provided.catch([]), slots: z.number().catch(1) }).catch({ provides: [], slots: 1 });

/** Reads the column of `owners`. What no worker has written counts as one that provides nothing. */
export const workerOf = (stored: unknown): WorkerRow => schema.parse(stored);
