// JSON
export { type Json, type JsonObject } from "./json/json.ts";
export { jsonObjectSchema, jsonSchemaSchema, jsonValueSchema } from "./json/value-schemas.ts";
// Expressions
export { compileExpression } from "./expression/compile-expression.ts";
export type { ExpressionScope } from "./expression/scope.ts";
export type { Expression, Reference } from "./expression/expression.ts";
export { compileTemplate, type Template } from "./expression/template.ts";
// Errors
export { errorCodes, type IceErrorCode } from "./errors/codes.ts";
export { IceError, messageOf, type IceErrorOptions } from "./errors/ice-error.ts";
// Events
export { createEventBus, type EventBus, type EventListener, type Listen } from "./events/event-bus.ts";
export type { EventField, EventFields } from "./events/event-field.ts";
export { runEvents } from "./events/run-events.ts";
export { runEventSchema } from "./events/run-event-schema.ts";
export type { RunEventDefinition } from "./events/event-definition.ts";
export type {
  Emit,
  EventFor,
  ExecutorEventType,
  PluginEvent,
  RunEvent,
  RunEventMap,
  RunEventOf,
  RunEventType,
  UndeclaredType,
} from "./events/run-event.ts";
// Retry
export { isRetryable } from "./retry/is-retryable.ts";
export { retryDelayMs } from "./retry/retry-delay.ts";
export { retryPolicySchema, type RetryPolicy } from "./retry/retry-policy.ts";
// Nodes
export { nodeListSchema, type ChildNode, type Join, type NodeBase, type OnError } from "./nodes/base.ts";
export { builtinNodes, type BuiltinNodeType, type NodeInput, type NodeTypeMap } from "./nodes/builtin-nodes.ts";
export {
  defineNode,
  type ChildGroup,
  type NodeWarning,
  type ParsedNode,
  type NodeDefinition,
  type NodeOptions,
  type NodeUses,
} from "./nodes/define-node.ts";
export { type BackEdgesRule, type EvaluatedRule, type FieldRule, type FieldRules } from "./nodes/field-rule.ts";
export type {
  ChildrenResult,
  ConfigOf,
  ExecutorOf,
  NodeActivation,
  NodeExecutor,
  NodeType,
  RunChildrenOptions,
  WorkflowView,
} from "./nodes/node-executor.ts";
export type { RunMetrics } from "./nodes/monitor.ts";
export { registerNode } from "./runtime/register-node.ts";
// Tools, agents, plugins
export { defineTool, type ToolContext, type ToolDefinition } from "./tools/define-tool.ts";
export type { SchemaInput, SchemaOutput, ToolSchema } from "./tools/tool-schema.ts";
export {
  defineAgent,
  type AgentContext,
  type AgentDefinition,
  type AgentInput,
  type AgentModelAnswer,
  type AgentModelRequest,
  type FunctionAgent,
  type ModelAgent,
  type AgentTurn,
} from "./agents/define-agent.ts";
export {
  definePlugin,
  pluginApiVersion,
  type Plugin,
  type PluginDefinition,
  type PluginFactory,
  type PluginHost,
} from "./plugin/define-plugin.ts";
// Time
export type { Clock } from "./time/clock.ts";
// Runtime registry
export { type NamedRegistry } from "./registry/named-registry.ts";
export {
  createRuntime,
  defaultRuntime,
  type RegisteredName,
  type Runtime,
  type RuntimeDescription,
} from "./runtime/runtime.ts";
export { serviceKey, type ServiceKey } from "./registry/service-key.ts";
export type { RegisteredBlueprint, WorkflowRegistry } from "./runtime/workflow-registry.ts";
// Journal: what is kept of a run
export {
  journalRecordSchema,
  type HumanRequest,
  type JournalRecord,
  type JournalRecordOf,
  type SignalWait,
  type WaitRequest,
} from "./journal/journal-record.ts";
export type {
  BlueprintInfo,
  BlueprintPage,
  BlueprintPageQuery,
  BlueprintStore,
  PutBlueprintOptions,
  StoredBlueprint,
} from "./journal/blueprint-store.ts";
export type { Hosting, RunToHost } from "./journal/hosting.ts";
export { maxTailEntries, type JournalEntry, type JournalTail } from "./journal/journal-tail.ts";
export type { OpenRequest, RequestPage, RequestQuery } from "./journal/open-request.ts";
export { formatPosition, journalStart, parsePosition, positionBeyond, type Position } from "./journal/position.ts";
export { maxRunCount, type PageEnd, type PageQuery, type RunCounts, type RunPage } from "./journal/run-page.ts";
export type { ScheduleStore } from "./journal/schedule-store.ts";
export {
  accessScopes,
  type AccessScope,
  type StoredToken,
  type TokenInfo,
  type TokenStore,
} from "./journal/token-store.ts";
export type { CacheOptions, OutcomeCache } from "./journal/outcome-cache.ts";
export { RunStore, type CollectOptions, type ListQuery, type RunJournal, type RunOwner } from "./journal/run-store.ts";
export type { NewRun, RunDocument, StoredRun } from "./journal/stored-run.ts";
export type {
  EnqueueOptions,
  HandOnOptions,
  PlacedJob,
  PlacedListener,
  PlacedOutcome,
  PlacedResult,
  PlacedStep,
  PlacedTurn,
  QueuedRun,
  RunDispatcher,
} from "./journal/run-dispatcher.ts";
export { humanTaskSchema, runSummarySchema } from "./journal/summary-schemas.ts";
export type { RunKind, RunStarter, RunSummary } from "./journal/run-summary.ts";
export type { Signal, SignalReceipt } from "./journal/signal.ts";
export { ConversationStore, type ConversationTurn } from "./journal/conversation-store.ts";
export {
  runEnded,
  runExists,
  runFenced,
  runNotFound,
  runOwned,
  storeClosed,
  storeDamaged,
} from "./journal/run-errors.ts";
// Service contracts: interface and key share a name
export type { Alert, AlertChannel, AlertContext } from "./services/alert-channel.ts";
export { AccessTokens, type NewToken, type Principal } from "./services/access-tokens.ts";
export { BlueprintReader, type ReadBlueprint } from "./services/blueprint-reader.ts";
export { BlueprintLoader, type LoadedBlueprint } from "./services/blueprint-loader.ts";
export {
  CodeSandbox,
  type SandboxErrorKind,
  type SandboxGrants,
  type SandboxLimits,
  type SandboxLog,
  type SandboxRequest,
  type SandboxResult,
  type SandboxTelemetry,
} from "./services/code-sandbox.ts";
export { EgressClient, type EgressReach, type EgressRequest, type EgressResponse } from "./services/egress-client.ts";
export { ContextManager, type NodeContext } from "./services/context-manager.ts";
export {
  FileAccess,
  type FileOptions,
  type FileReadOptions,
  type FileWriteOptions,
  type ProtectedKind,
  type ReferencedFile,
} from "./services/file-access.ts";
export {
  HumanTaskService,
  type AnswerReceipt,
  type HumanAnswer,
  type HumanTask,
  type RespondOptions,
  type TaskPage,
  type TaskPageQuery,
} from "./services/human-task-service.ts";
export {
  NetworkCoordinatorFactory,
  type NetworkCoordinator,
  type NetworkResult,
  type NetworkResumeOptions,
  type NetworkRunOptions,
  type UnstartedWorkflow,
} from "./services/network-coordinator-factory.ts";
export {
  LanguageModelService,
  type GenerateOptions,
  type ModelAnswer,
  type ModelCatalog,
  type ModelDescription,
  type ModelMessage,
  type ModelRequest,
  type ModelTokens,
  type ModelTool,
  type ModelToolCall,
  type ModelToolResult,
  type ModelUsage,
} from "./services/language-model-service.ts";
export { Schedules, type CatchUp, type ScheduleInfo, type ScheduleOptions } from "./services/schedules.ts";
export { SecretService, type PartScrubber, type SecretDestination } from "./services/secret-service.ts";
export { ToolExecutionService, type ToolCallOptions, type ToolDescription } from "./services/tool-execution-service.ts";
export {
  WorkflowExecutionService,
  type Explanation,
  type ResumeOptions,
  type RunHandle,
  type RunListPage,
  type RunPageQuery,
  type SentSignal,
  type SignalOptions,
  type WaitOptions,
} from "./services/workflow-execution-service.ts";
export type { FeedEvent, FeedPage, RunFeed } from "./services/run-feed.ts";
export { JobRunner } from "./services/job-runner.ts";
export { RunHost, type OfTenant } from "./services/run-host.ts";
export type { RunOptions, RunToQueue } from "./services/run-options.ts";
export type {
  AttemptEntry,
  NodeDetail,
  NodeEntry,
  NodePage,
  NodePageQuery,
  RunBlueprint,
  RunSnapshot,
  RunViews,
  StepEntry,
} from "./services/run-views.ts";
export { Tenants, type TenantServices } from "./services/tenants.ts";
export {
  WorkflowFactory,
  type NamedBlueprint,
  type WorkflowHandle,
  type WorkflowOptions,
} from "./services/workflow-factory.ts";
// Workflows
export { analyzeBlueprint } from "./analysis/analyze-blueprint.ts";
export {
  defaultBlueprintLimits,
  defaultOwnerLimits,
  type BlueprintLimits,
  type OwnerLimits,
} from "./services/owner-limits.ts";
export {
  blueprintSchema,
  schemaVersion,
  type Blueprint,
  type BlueprintInput,
  type Budget,
  type WorkflowSettings,
} from "./blueprint/blueprint.ts";
export { blueprintJsonSchema, nodeJsonSchema } from "./blueprint/blueprint-json-schema.ts";
export type { Issue } from "./result/issue.ts";
export type { GraphEdge, GraphNode, WorkflowGraph } from "./result/workflow-graph.ts";
export {
  networkManifestSchema,
  networkSchemaVersion,
  type NetworkManifest,
  type NetworkManifestInput,
} from "./blueprint/network-manifest.ts";
export type {
  Allowance,
  ErrorRecord,
  NodeRecord,
  NodeStatus,
  RunResult,
  RunStatus,
  ObservedStatus,
  SkipReason,
  Usage,
  WaitingNode,
} from "./result/result.ts";
export {
  errorRecordSchema,
  networkResultSchema,
  nodeRecordSchema,
  nodeStatusSchema,
  observedStatusSchema,
  runResultSchema,
  waitingNodeSchema,
} from "./result/result-schema.ts";
