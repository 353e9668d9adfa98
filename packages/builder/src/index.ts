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
export { NodeList, type NodesOf } from "./dsl/node-list.ts";
export type {
  Iteration,
  LoopOptions,
  ParallelOptions,
  RecursiveOptions,
  RepeatedAgent,
  RepeatedSiblings,
  RepeatedWorkflow,
  SwarmMember,
  SwarmOptions,
} from "./dsl/container-options.ts";
export type {
  AgentOptions,
  CodeConfig,
  HumanConfig,
  InlineAgent,
  LlmConfig,
  MonitorConfig,
} from "./dsl/node-configs.ts";
export type { NodeOptions } from "./dsl/node-options.ts";
export type { Expr, Ref, Refs, Templated } from "./dsl/ref.ts";
export { cel, t } from "./dsl/templates.ts";
export { workflow, type WorkflowFields } from "./dsl/workflow.ts";
export { network, WorkflowList, type MemberFields, type NetworkFields } from "./dsl/network.ts";
