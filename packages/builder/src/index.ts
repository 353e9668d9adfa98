// Files
export {
  createBlueprintLoader,
  parseFile,
  type BlueprintLoaderOptions,
  type ParsedFile,
} from "./load/blueprint-loader.ts";
export { load, loadNetwork, loadText } from "./load/load.ts";
export { moduleSyntaxFix } from "./load/module-syntax.ts";
export { parseText, type ParsedText, type ParseOptions, type Place } from "./load/parse-text.ts";
export { save } from "./save/save.ts";
// Pictures
export { graphOf, type BlueprintGraph, type GraphEdge, type GraphNode } from "./graph/blueprint-graph.ts";
export { toDot } from "./graph/dot.ts";
export { toMermaid } from "./graph/mermaid.ts";
// The typed builder
export type { NodeList, NodesOf } from "./dsl/node-list.ts";
export type {
  Each,
  Iteration,
  LoopOptions,
  ParallelOptions,
  RecursiveOptions,
  RepeatedAgent,
  RepeatedSiblings,
  RepeatedWorkflow,
  Settle,
  SwarmMember,
  SwarmOptions,
} from "./dsl/container-options.ts";
export type { SwitchCase } from "./dsl/switch-cases.ts";
export type { AfterBody, ScopeOptions } from "./dsl/scope-options.ts";
export type { SignalDeadline, SignalWait, TimeWait } from "./dsl/wait-config.ts";
export type { EndConfig } from "./dsl/end-config.ts";
export type {
  AgentOptions,
  CodeConfig,
  HumanConfig,
  InlineAgent,
  LlmConfig,
  MonitorConfig,
} from "./dsl/node-configs.ts";
export type { CallOptions, DetachedOptions, NodeOptions, WaitOptions } from "./dsl/node-options.ts";
export type { ScopeError } from "./dsl/outputs.ts";
export type { Expr, FieldValue, Ref, Refs, Templated } from "./dsl/ref.ts";
export { cel, t } from "./dsl/templates.ts";
export { workflow, type WorkflowFields } from "./dsl/workflow.ts";
export { network, WorkflowList, type MemberFields, type NetworkFields } from "./dsl/network.ts";
