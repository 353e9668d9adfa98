import { z } from "zod";
import { defineNode, type NodeDefinition } from "../nodes/define-node.ts";
import type { ExecutorOf, NodeActivation, NodeType } from "../nodes/node-executor.ts";
import { defaultRuntime, type Runtime } from "./runtime.ts";

/**
 * Registers a node type on a runtime, before `initializeOrchestrator()` seals it. With a definition, its fields are checked and
 * typed; with a name alone, it accepts any fields, each a template.
 *
 * @throws IceError `ICE_RUNTIME_SEALED`, `ICE_PLUGIN_DUPLICATE`.
 */
export function registerNode(
  type: string,
  execute: (activation: NodeActivation) => unknown,
  options?: { readonly runtime?: Runtime; readonly by?: string },
): void;
export function registerNode<Definition extends NodeDefinition>(
  definition: Definition,
  execute: ExecutorOf<Definition>,
  options?: { readonly runtime?: Runtime; readonly by?: string },
): void;
export function registerNode(
  typeOrDefinition: string | NodeDefinition,
  execute: unknown,
  { runtime = defaultRuntime(), by }: { readonly runtime?: Runtime; readonly by?: string } = {},
): void {
  const definition = typeof typeOrDefinition === "string" ? untypedNode(typeOrDefinition) : typeOrDefinition;
  runtime.nodes.register(definition.type, { definition, execute: execute as NodeType["execute"] }, by);
}

/** A definition that accepts any field. */
function untypedNode(type: string): NodeDefinition {
  const definition = defineNode({ type, config: z.object({}) });
  return { ...definition, config: z.looseObject({}), schema: definition.schema.loose() };
}
