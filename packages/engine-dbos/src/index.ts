// Stores
export { openPostgresRunStore, type OpenPostgresRunStoreOptions } from "./store/open-postgres-run-store.ts";

// Workers
export { startWorker } from "./worker/start-worker.ts";
export type { Worker, WorkerOptions } from "./worker/worker.ts";
