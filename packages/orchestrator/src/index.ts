// Start-up
export { initializeOrchestrator, type Orchestrator, type OrchestratorOptions } from "./initialize-orchestrator.ts";
// Workflows
export { Workflow, type WorkflowOptions } from "./workflow.ts";
// Time
export { systemClock } from "./services/system-clock.ts";
// Stores
export { openSqliteRunStore, type OpenSqliteRunStoreOptions } from "./journal/sqlite/open-sqlite-run-store.ts";
