// The client
export { createClient, type Client, type ClientOptions, type ServerInfo, type Validation } from "./create-client.ts";
export type { Call, CallOptions } from "./http/http-client.ts";
export { IceApiError, type IceApiErrorOptions } from "./errors/ice-api-error.ts";
// Runs
export type {
  CancelOptions,
  ListNodesOptions,
  ListRunsOptions,
  RunsClient,
  RunState,
  SendSignalOptions,
  StartedRun,
  StartRequest,
} from "./resources/runs.ts";
export type { ResultOptions, Snapshot } from "./resources/wait-for-result.ts";
export type { RunDocument, RunHead, ShownNetwork, ShownRun } from "./resources/run-document.ts";
export type { RunGraph } from "./resources/run-graph.ts";
// Events
export type { EventsOptions } from "./events/follow-events.ts";
export type { DurableEvent, LiveEvent, RunStreamEvent, StatusEvent } from "./events/run-stream-event.ts";
// Requests to people
export type { ListTasksOptions, OpenTask, OpenTaskPage, RespondTaskOptions, TasksClient } from "./resources/tasks.ts";
// Blueprints
export type {
  BlueprintListPage,
  BlueprintsClient,
  ReplaceOptions,
  RevisionListPage,
  RevisionOptions,
  SavedBlueprint,
} from "./resources/blueprints.ts";
export type { GivenBlueprint } from "./resources/given-blueprint.ts";
export type { PageOptions } from "./resources/page.ts";
// Files that are being edited
export type { DevClient, EditedFile, EditedFiles, EditedFilesOptions } from "./resources/dev.ts";
// What is registered
export type {
  AgentInfo,
  ChannelInfo,
  NamedWorkflow,
  NodeTypeInfo,
  RegistryClient,
  WorkflowInfo,
} from "./resources/registry.ts";
