import type { builtinNodes, JsonObject } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { callTool } from "../call-tool.ts";

/** The output is what the tool returns. A tool receives only the given arguments, nothing from the context. */
export function executeTool(activation: BuiltinActivation<typeof builtinNodes.tool>): Promise<unknown> {
  const { toolName, toolArgs } = activation.config;
  const { written = activation.node.config } = activation.node;
  return callTool(activation, toolName, toolArgs, written["toolArgs"] as JsonObject);
}
