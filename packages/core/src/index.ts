// JSON
export { forbiddenKeys } from "./json/forbidden-keys.ts";
export { deepFreeze } from "./json/deep-freeze.ts";
export { isPlainObject, type Json, type JsonObject } from "./json/json.ts";
export { jsonLength } from "./json/json-length.ts";
export { fromPointer, toPointer, type Keys } from "./json/json-pointer.ts";
export { jsonObjectSchema, jsonSchemaSchema, jsonValueSchema } from "./json/value-schemas.ts";
export { countJsonParts, maxJsonParts, type JsonParts } from "./json/json-parts.ts";
export { readJson, type InexactNumber, type ReadJson } from "./json/read-json.ts";
export { maxJsonDepth, normalizeJson, normalizeJsonInTurns, ownParsedJson } from "./json/normalize-json.ts";
export { checkOutputLength, checkOutputLengthInTurns } from "./json/output-limit.ts";
// JSON Schema, the enforced subset
export { checkJsonSchema } from "./json-schema/check-json-schema.ts";
export type { SchemaIssue } from "./json-schema/schema-issue.ts";
export { jsonSchemaOf } from "./json-schema/json-schema-of.ts";
export { schemaFields, type SchemaField } from "./json-schema/schema-fields.ts";
export {
  compileJsonSchema,
  type JsonSchemaValidator,
  type SchemaMismatch,
  type SchemaResult,
} from "./json-schema/compile-json-schema.ts";
// Expressions
export { compileExpression } from "./expression/compile-expression.ts";
export { compileValue, type CompiledValue } from "./expression/compile-value.ts";
export { Evaluation, type EvaluationOptions } from "./expression/evaluation.ts";
export { celReservedWords } from "./expression/reserved-words.ts";
export type { ExpressionScope } from "./expression/scope.ts";
export type { Expression, Reference } from "./expression/expression.ts";
export { compileTemplate, type Template } from "./expression/template.ts";
// Errors
export { articled } from "./errors/articled.ts";
export { checkNumbers, longestTimerMs, type NumberBounds } from "./errors/check-numbers.ts";
export { errorCodes, type IceErrorCode } from "./errors/codes.ts";
export { IceError, messageOf, type IceErrorOptions } from "./errors/ice-error.ts";
export { listNames, shorten } from "./errors/shorten.ts";
export { hideCredentials, withoutCredentials } from "./errors/without-credentials.ts";
export { didYouMean, suggest } from "./errors/suggest.ts";
// Events
export { createEventBus, guard, type EventBus, type EventListener, type Listen } from "./events/event-bus.ts";
export type { EventField, EventFields } from "./events/event-field.ts";
export { problemOfEvent } from "./events/problem-of-event.ts";
export { runEvents, type RunEventDefinition } from "./events/run-events.ts";
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
export {
  fieldKeyParts,
  type BackEdgesRule,
  type EvaluatedRule,
  type FieldRule,
  type FieldRules,
} from "./nodes/field-rule.ts";
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
export { networkInput, networkWorkflowNode } from "./nodes/network-workflow.ts";
export { registerNode } from "./runtime/register-node.ts";
// Tools, agents, plugins
export { defineTool, toolNamePattern, type ToolContext, type ToolDefinition } from "./tools/define-tool.ts";
export { defineAgent, type AgentContext, type AgentDefinition, type AgentTurn } from "./agents/define-agent.ts";
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
export {
  createTimeSlice,
  endlessTimeSlice,
  processTimeSlice,
  type TimeSlice,
  type TimeSliceOptions,
} from "./time/time-slice.ts";
export { andThen, finish, finishInTurns, type Steps } from "./time/steps.ts";
// Runtime registry
export { createNamedRegistry, type NamedRegistry } from "./registry/named-registry.ts";
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
  journalRecordVersion,
  type JournalRecord,
  type JournalRecordOf,
  type WaitRequest,
} from "./journal/journal-record.ts";
export {
  RunStore,
  type CollectOptions,
  type ListQuery,
  type NewRun,
  type RunKind,
  type RunStarter,
  type RunDocument,
  type RunJournal,
  type RunOwner,
  type RunSummary,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "./journal/run-store.ts";
export { runExists, runFenced, runNotFound, storeClosed } from "./journal/run-errors.ts";
// Service contracts: interface and key share a name
export type { Alert, AlertChannel } from "./services/alert-channel.ts";
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
export { EgressClient, type EgressRequest, type EgressResponse } from "./services/egress-client.ts";
export { codeGate, isCodeEnabled } from "./services/code-gate.ts";
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
} from "./services/human-task-service.ts";
export {
  NetworkCoordinatorFactory,
  type NetworkCoordinator,
  type NetworkResult,
  type NetworkResumeOptions,
  type NetworkRunOptions,
  type UnstartedWorkflow,
} from "./services/network-coordinator-factory.ts";
export { LanguageModelService } from "./services/language-model-service.ts";
export { ToolExecutionService, type ToolCallOptions, type ToolDescription } from "./services/tool-execution-service.ts";
export {
  WorkflowExecutionService,
  type Explanation,
  type ResumeOptions,
  type RunHandle,
} from "./services/workflow-execution-service.ts";
export type { RunOptions } from "./services/run-options.ts";
export { WorkflowFactory, type WorkflowHandle } from "./services/workflow-factory.ts";
// Workflows
export type { AnalysisContext } from "./analysis/analysis.ts";
export { analyzeBlueprint, analyzeBlueprintInTurns, type AnalysisResult } from "./analysis/analyze-blueprint.ts";
export {
  analyzeNetwork,
  analyzeNetworkBlueprint,
  analyzeNetworkBlueprintInTurns,
  analyzeNetworkInTurns,
  type NetworkAnalysis,
} from "./analysis/analyze-network.ts";
export type {
  AnalyzedBlueprint,
  AnalyzedChildren,
  AnalyzedNode,
  AnalyzedScope,
  CompiledField,
} from "./analysis/analyzed-blueprint.ts";
export {
  defaultBlueprintLimits,
  defaultOwnerLimits,
  type BlueprintLimits,
  type OwnerLimits,
} from "./blueprint/blueprint-limits.ts";
export { findCycle } from "./analysis/graph.ts";
export { firstProblemOf, problemsOf } from "./analysis/schema-issues.ts";
export { validateNodeId as problemOfNodeId } from "./blueprint/node-id.ts";
export {
  blueprintSchema,
  schemaVersion,
  type Blueprint,
  type BlueprintInput,
  type Budget,
  type WorkflowSettings,
} from "./blueprint/blueprint.ts";
export { blueprintJsonSchema, nodeJsonSchema } from "./blueprint/blueprint-json-schema.ts";
export { nodeFields } from "./blueprint/node-fields.ts";
export { fromRunDocument, toRunDocument } from "./analysis/run-document.ts";
export type { PinnedWorkflows } from "./analysis/pinned-workflows.ts";
export type { Issue } from "./result/issue.ts";
export {
  networkManifestSchema,
  networkSchemaVersion,
  type NetworkManifest,
  type NetworkManifestInput,
} from "./blueprint/network-manifest.ts";
export type {
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
