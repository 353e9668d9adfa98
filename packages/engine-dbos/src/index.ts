// Stores
export { openPostgresRunStore, type OpenPostgresRunStoreOptions } from "./dispatch/open-postgres-run-store.ts";
export { inspectPostgres, type InspectedSchema, type PostgresInspection } from "./dispatch/inspect-postgres.ts";

// Workers
export { startWorker } from "./worker/start-worker.ts";
export type { Worker, WorkerOptions } from "./worker/worker.ts";
export type { WorkerNotice } from "./worker/worker-notice.ts";
export { listTakenQueues } from "./worker/list-taken-queues.ts";
export { listWorkers, type WorkerInfo } from "./worker/list-workers.ts";

// Queues
export { listQueues, setQueue } from "./dispatch/manage-queues.ts";
export type { QueueChanges, QueueInfo, QueueLimits } from "./dispatch/queue-info.ts";
