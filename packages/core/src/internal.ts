// What the packages of one release share beyond the public names. It may change with any release.

// JSON
export { forbiddenKeys } from "./json/forbidden-keys.ts";
export { deepFreeze } from "./json/deep-freeze.ts";
export { isPlainObject } from "./json/json.ts";
export { jsonLength } from "./json/json-length.ts";
export { fromPointer, toPointer, type Keys } from "./json/json-pointer.ts";
export { countJsonParts, maxJsonParts, type JsonParts } from "./json/json-parts.ts";
export { readJsonData, type ReadJsonData } from "./json/read-json-data.ts";
export { readJson, type InexactNumber, type ReadJson } from "./json/read-json.ts";
export { maxJsonDepth, normalizeJson, normalizeJsonInTurns, ownParsedJson } from "./json/normalize-json.ts";
export { freezeParsed } from "./json/freeze-parsed.ts";
export { replaceTexts, type TextReplacement } from "./json/replace-texts.ts";
export { checkOutputLength, checkOutputLengthInTurns } from "./json/output-limit.ts";
// JSON Schema, the enforced subset
export { checkJsonSchema } from "./json-schema/check-json-schema.ts";
export type { SchemaIssue } from "./json-schema/schema-issue.ts";
export { isZodType, jsonSchemaOf } from "./json-schema/json-schema-of.ts";
export { schemaFields, type SchemaField } from "./json-schema/schema-fields.ts";
export {
  compileJsonSchema,
  type JsonSchemaValidator,
  type SchemaMismatch,
  type SchemaResult,
} from "./json-schema/compile-json-schema.ts";
// Expressions
export { compileValue, type CompiledValue } from "./expression/compile-value.ts";
export { Evaluation, type EvaluationOptions } from "./expression/evaluation.ts";
export { celReservedWords } from "./expression/reserved-words.ts";
// Errors
export { articled } from "./errors/articled.ts";
export { checkNumbers, maxTimerMs, type NumberBounds } from "./errors/check-numbers.ts";
export { named as namedValue } from "./analysis/wrong-value.ts";
export { logText } from "./errors/log-text.ts";
export { listNames, shorten } from "./errors/shorten.ts";
export { maxQuotedWords, quotedWords } from "./errors/quoted-words.ts";
export { hideCredentials, withoutCredentials } from "./errors/without-credentials.ts";
export { didYouMean, suggest } from "./errors/suggest.ts";
export { systemReason } from "./errors/system-reason.ts";
// Events
export { guard } from "./events/event-bus.ts";
export { problemOfEvent } from "./events/problem-of-event.ts";
// Retry
export { retryAfterMs } from "./retry/retry-after.ts";
// Nodes
export { canCleanUp } from "./nodes/define-node.ts";
export { fieldKeyParts } from "./nodes/field-rule.ts";
export { networkInput, networkWorkflowNode } from "./nodes/network-workflow.ts";
export { endedCode, isErrorCode } from "./nodes/end.ts";
export { momentOf } from "./nodes/moment.ts";
export { compensationKey } from "./nodes/scope.ts";
export { caseName } from "./nodes/switch.ts";
export { maxWaitSeconds } from "./nodes/wait.ts";
export { isSignalName, maxSignalNames } from "./journal/signal-name.ts";
// Tools, agents, plugins
export { modelAgentSchema } from "./agents/model-agent-schema.ts";
export { toolNamePattern } from "./tools/define-tool.ts";
// Time
export {
  createTimeSlice,
  endlessTimeSlice,
  processTimeSlice,
  type TimeSlice,
  type TimeSliceOptions,
} from "./time/time-slice.ts";
export { andThen, finish, finishInTurns, type Steps } from "./time/steps.ts";
// Runtime registry
export { createNamedRegistry } from "./registry/named-registry.ts";
// Journal: what is kept of a run
export {
  blueprintChanged,
  blueprintExists,
  blueprintNotFound,
  blueprintStoreLimits,
} from "./journal/blueprint-store.ts";
export { maxTokens, tokenExists, tooManyTokens } from "./journal/token-store.ts";
export { isRequirement, maxRequiredTogether, requiredBy, runsQueue, tooManyRequired } from "./nodes/requirements.ts";
export { isBelow } from "./journal/is-below.ts";
export { requireDispatcher } from "./journal/require-dispatcher.ts";
export { waitTimeout } from "./services/wait-timeout.ts";
export type { Digests } from "./stores/digests.ts";
export { hashOf } from "./stores/canonical-json.ts";
export {
  createRowEncoding,
  type BlobRef,
  type DecodeOptions,
  type Encoded,
  type EncodedBlob,
  type RowAddress,
  type RowEncoding,
  type StoredRow,
} from "./stores/row-encoding.ts";
export { closedBy, type Closed } from "./stores/closed-requests.ts";
export { entriesOf, tailOf, type JournalParts } from "./stores/journal-entries.ts";
export {
  isNewRevision,
  newRevision,
  requireCurrent,
  revisionAfter,
  tooManyBlueprints,
  versionUnder,
  type NewRevision,
} from "./stores/new-revision.ts";
export { pageLimit } from "./stores/page-limit.ts";
export { answerId, isQuestion, type Question } from "./stores/question.ts";
export { StoredConversations } from "./stores/stored-conversations.ts";
export { anyRun, Watchers } from "./stores/watchers.ts";
export { listedError } from "./stores/listed-error.ts";
export {
  lastMoment,
  originOf,
  rowStatuses,
  shownStatus,
  storedStatuses,
  summaryOf,
  type RunColumns,
} from "./stores/run-row.ts";
export { encodeHead, headVersion, isOf, readHead, type Head } from "./stores/stored-head.ts";
export {
  assertStateOf,
  encodeRecord,
  isLast,
  readRecord,
  rowReader,
  statusOf,
  type BlobValues,
  type ReadRow,
  type RecordRow,
} from "./stores/stored-record.ts";
export {
  checkSignal,
  encodeSignal,
  readSignal,
  signalKey,
  signalVersion,
  type SignalRow,
} from "./stores/stored-signal.ts";
export { encodeTurn, readTurn, type Thread } from "./stores/stored-turn.ts";
export { encodeOutput, readOutput, type CacheKey } from "./stores/stored-output.ts";
export { readToken, type TokenRow } from "./stores/stored-token.ts";
export { blueprintInfoOf, blueprintOf, type BlueprintRow } from "./stores/blueprint-row.ts";
export { openRequestOf } from "./stores/listed-request.ts";
export { MemoryRun, type KeptRequest } from "./stores/memory-run.ts";
export { dueFirst, newestFirst, pageOfRequests, pageOfRuns } from "./stores/memory-lists.ts";
export { LazyRunStore } from "./stores/lazy-run-store.ts";
export { damaged, maxLostOwners, ownersLost, wrongVersion } from "./journal/run-errors.ts";
export { journalRecordVersion } from "./journal/journal-record.ts";
export { ConversationMap } from "./journal/conversation-map.ts";
export { checkThread, checkTurn, conversationLimits } from "./journal/conversation-store.ts";
export { checkSameTenant, checkTenant, defaultTenant, uniqueRunName } from "./journal/tenant.ts";
// Service contracts: interface and key share a name
export { findStored, storedWorkflowsOf, type StoredWorkflows } from "./services/stored-workflows.ts";
export { secretForms } from "./services/secret-forms.ts";
export { fillSecrets, refersToSecret, secretNamePattern, secretNamesIn } from "./services/secret-reference.ts";
export { codeOfModelStatus } from "./services/model-status.ts";
export { codeGate, isCodeEnabled } from "./services/code-gate.ts";
// Workflows
export type { AnalysisContext } from "./analysis/analysis.ts";
export { analyzeBlueprintInTurns, type AnalysisResult } from "./analysis/analyze-blueprint.ts";
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
export { findCycle } from "./analysis/graph.ts";
export { graphOf } from "./analysis/graph-of.ts";
export { checkValue } from "./analysis/check-value.ts";
export { firstProblemOf, placed, problemsOf, type PlacedFinding } from "./analysis/schema-issues.ts";
export { nodeFields } from "./blueprint/node-fields.ts";
export { fromRunDocument, toRunDocument } from "./analysis/run-document.ts";
export type { PinnedWorkflows } from "./analysis/pinned-workflows.ts";
