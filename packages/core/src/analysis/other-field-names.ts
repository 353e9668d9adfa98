/**
 * Names of fields in other workflow languages (GitHub Actions, Airflow, Argo, Serverless Workflow), and in the interfaces of models and
 * frameworks of agents.
 */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  dependencies: ["needs", "depends_on", "dependsOn", "depends", "after", "requires", "upstream"],
  after: ["needs", "depends_on", "dependsOn", "dependencies", "requires"],
  ref: ["workflow", "workflowRef", "uses", "file", "path"],
  when: ["if", "condition", "only_if", "onlyIf"],
  expression: ["if", "condition", "when"],
  itemsSource: ["items", "forEach", "for_each", "foreach", "each", "over", "in", "with_items", "withItems"],
  itemVar: ["as", "var", "loop_var"],
  body: ["steps", "tasks", "do", "nodes"],
  nodes: ["steps", "tasks", "jobs", "stages"],
  branches: ["steps", "tasks", "nodes"],
  truePath: ["then", "true", "yes", "onTrue"],
  falsePath: ["else", "false", "no", "otherwise", "onFalse"],
  toolName: ["tool", "uses", "function"],
  toolArgs: ["args", "arguments", "with", "params", "parameters", "input", "inputs"],
  inputs: ["args", "arguments", "with", "params", "parameters", "input"],
  input: ["inputs", "args", "arguments", "with", "params", "prompt", "task", "message", "messages"],
  retryPolicy: ["retry", "retries", "attempts"],
  maxAttempts: ["attempts", "retries", "limit", "max"],
  backoffSeconds: ["backoff", "delay", "interval"],
  backoffStrategy: ["strategy"],
  timeoutSeconds: ["timeout", "timeout_seconds", "timeoutMs"],
  onError: ["continueOnError", "continue_on_error", "catch"],
  workflowRef: ["workflow", "ref", "uses"],
  promptMessage: ["prompt", "message", "question"],
  approvalType: ["approval", "kind"],
  package: ["agent", "name", "agentName"],
  prompt: ["message", "messages", "input", "question", "user"],
  system: ["systemPrompt", "system_prompt", "systemMessage", "instructions", "instruction"],
  jsonSchema: ["schema", "outputSchema", "responseSchema", "responseFormat", "response_format", "output_schema"],
  maxTokens: ["max_output_tokens", "maxOutputTokens", "maxCompletionTokens", "max_completion_tokens"],
  maxIterations: ["maxSteps", "max_steps", "maxTurns", "max_turns"],
  tools: ["functions", "toolNames", "allowedTools"],
  task: ["prompt", "input", "goal", "question"],
  agents: ["members", "participants"],
  coordinationStrategy: ["strategy", "mode"],
  configOverrides: ["config", "overrides", "options"],
  totalTokens: ["tokens", "maxTokens", "max_tokens"],
  costUsd: ["cost", "usd", "maxCost", "maxCostUsd"],
  llmCalls: ["calls", "requests", "modelCalls"],
  apiKey: ["key", "token"],
  baseUrl: ["url", "endpoint", "host"],
  code: ["script", "source", "run"],
  outputs: ["output", "result", "results"],
  description: ["comment", "doc"],
};

/** The field of an object that has this name elsewhere, if any. */
export const otherFieldName = (name: string, known: readonly string[]): string | undefined =>
  known.find((field) => Object.hasOwn(otherNames, field) && otherNames[field]!.includes(name));
