/** Names of fields in other workflow languages: GitHub Actions, Airflow, Argo, Serverless Workflow. */
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
  input: ["inputs", "args", "arguments", "with", "params"],
  retryPolicy: ["retry", "retries", "attempts"],
  maxAttempts: ["attempts", "retries", "limit", "max"],
  backoffSeconds: ["backoff", "delay", "interval"],
  backoffStrategy: ["strategy"],
  timeoutSeconds: ["timeout", "timeout_seconds", "timeoutMs"],
  onError: ["continueOnError", "continue_on_error", "catch"],
  workflowRef: ["workflow", "ref", "uses"],
  promptMessage: ["prompt", "message", "question"],
  approvalType: ["approval", "kind"],
  package: ["agent"],
  code: ["script", "source", "run"],
  outputs: ["output", "result", "results"],
  description: ["comment", "doc"],
};

/** The field of an object that has this name in other workflow languages, if any. */
export const otherFieldName = (name: string, known: readonly string[]): string | undefined =>
  known.find((field) => Object.hasOwn(otherNames, field) && otherNames[field]!.includes(name));
