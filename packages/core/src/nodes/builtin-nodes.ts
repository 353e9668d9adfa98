import type { z } from "zod";
import { agentNode } from "./agent.ts";
import { codeNode } from "./code.ts";
import { conditionNode } from "./condition.ts";
import type { NodeDefinition } from "./define-node.ts";
import { endNode } from "./end.ts";
import { humanNode } from "./human.ts";
import { llmNode } from "./llm.ts";
import { loopNode } from "./loop.ts";
import { monitorNode } from "./monitor.ts";
import { parallelNode } from "./parallel.ts";
import { recursiveNode } from "./recursive.ts";
import { scopeNode } from "./scope.ts";
import { swarmNode } from "./swarm.ts";
import { switchNode } from "./switch.ts";
import { toolNode } from "./tool.ts";
import { waitNode } from "./wait.ts";
import { workflowNode } from "./workflow.ts";
import type { nodeBaseShape } from "./base.ts";

/** The built-in node types, by name. */
export const builtinNodes = {
  tool: toolNode,
  llm: llmNode,
  agent: agentNode,
  condition: conditionNode,
  switch: switchNode,
  loop: loopNode,
  parallel: parallelNode,
  workflow: workflowNode,
  recursive: recursiveNode,
  code: codeNode,
  scope: scopeNode,
  wait: waitNode,
  end: endNode,
  human: humanNode,
  monitor: monitorNode,
  swarm: swarmNode,
} satisfies Readonly<Record<string, NodeDefinition>>;

type BuiltinNodes = typeof builtinNodes;

/** Names of the built-in node types. */
export type BuiltinNodeType = keyof BuiltinNodes;

/**
 * Node types by name, for types. A plugin adds its own:
 * `declare module "@ice/core" { interface NodeTypeMap { sentiment: typeof sentiment } }`
 */
export interface NodeTypeMap extends BuiltinNodes {}

type BaseInput = z.input<z.ZodObject<typeof nodeBaseShape>>;

/** A node of a known type, as an author writes it: an unknown type or a wrong field does not compile. */
export type NodeInput = {
  [Type in keyof NodeTypeMap]: BaseInput & {
    readonly type: Type;
    readonly inputSchema?: Readonly<Record<string, unknown>>;
  } & z.input<NodeTypeMap[Type]["config"]>;
}[keyof NodeTypeMap];
