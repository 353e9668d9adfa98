// Start-up
export {
  initializeOrchestrator,
  type AllowOptions,
  type Orchestrator,
  type OrchestratorOptions,
} from "./initialize-orchestrator.ts";
// Workflows
export { Workflow, type WorkflowOptions } from "./workflow/workflow.ts";
// Time
export { systemClock } from "./time/system-clock.ts";
// Hosting
export type { HostOptions } from "./services/run-host.ts";
// Stores
export { backupSqliteStore } from "./journal/sqlite/backup-store.ts";
export { openSqliteRunStore, type OpenSqliteRunStoreOptions } from "./journal/sqlite/open-sqlite-run-store.ts";
