import { createRuntime, WorkflowExecutionService, type RunResult, type RunStore, type StoredRun } from "@ice/core";
import { initializeOrchestrator, openSqliteRunStore } from "@ice/orchestrator";

/** Where runs are stored. */
interface Stored {
  readonly db: string;
}

/** A run with its records. */
export const stored = ({ db }: Stored, runId: string): Promise<StoredRun> =>
  withStore(db, (store) => store.read(runId));

export const allStored = ({ db }: Stored, runIds: readonly string[]): Promise<StoredRun[]> =>
  withStore(db, (store) => Promise.all(runIds.map((runId) => store.read(runId))));

/** The result of a run, as `ice runs show` prints it. */
export async function shown({ db }: Stored, runId: string): Promise<RunResult> {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime(), store: `sqlite:${db}` });
  try {
    return await runtime.use(WorkflowExecutionService).show(runId);
  } finally {
    await close();
  }
}

async function withStore<Result>(db: string, use: (store: RunStore) => Promise<Result>): Promise<Result> {
  const store = await openSqliteRunStore(db);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
