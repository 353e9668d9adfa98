/**
 * Names of the OpenTelemetry semantic conventions 1.45. Those of GenAI are experimental, and the conventions advise copying such
 * names instead of depending on the package; a test compares them with it.
 */
export const conventions = {
  errorType: "error.type",
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  workflowName: "gen_ai.workflow.name",
  agentName: "gen_ai.agent.name",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  requestModel: "gen_ai.request.model",
  requestStream: "gen_ai.request.stream",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cachedInputTokens: "gen_ai.usage.cache_read.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  tokenType: "gen_ai.token.type",
  outputMessages: "gen_ai.output.messages",
} as const;

/** Metrics of the same conventions. */
export const conventionalMetrics = {
  tokenUsage: "gen_ai.client.token.usage",
  operationDuration: "gen_ai.client.operation.duration",
  timeToFirstChunk: "gen_ai.client.operation.time_to_first_chunk",
} as const;

/** Attributes of ice. */
export const own = {
  runId: "ice.run.id",
  tenant: "ice.tenant",
  workflowVersion: "ice.workflow.version",
  nodePath: "ice.node.path",
  nodeType: "ice.node.type",
  attempt: "ice.attempt",
  status: "ice.status",
  agentRole: "ice.agent.role",
  skipReason: "ice.skip.reason",
  costUsd: "ice.cost.usd",
  warnings: "ice.model.warnings",
  nextModel: "ice.model.next",
  delayMs: "ice.retry.delay_ms",
  truncated: "ice.truncated",
} as const;

/** A code as the value of `error.type`, which has few values: tools may fail with any text as their code. */
export const errorType = (code: string): string => (/^[\w.-]{1,64}$/.test(code) ? code : "_OTHER");

/** What identifies a run. */
export const runAttributes = ({ runId, tenant }: { readonly runId: string; readonly tenant?: string | undefined }) => ({
  [own.runId]: runId,
  [own.tenant]: tenant,
});
