import { IceError, type AgentContext, type Json, type JsonObject, type Usage } from "@ice/core";
import { normalizeJson } from "@ice/core/internal";
import type { Activation } from "../../run/activation.ts";
import { callTool } from "../call-tool.ts";

/** One call of a registered agent. */
export interface AgentCall {
  readonly name: string;
  readonly input: Json;
  readonly role?: string;
  readonly config?: JsonObject;
  readonly history?: AgentContext["history"];
  /** Maximum number of steps; one more fails with `ICE_AGENT_LIMIT`. Default 10. */
  readonly maxIterations?: number;
}

export interface AgentAnswer {
  readonly output: Json;
  readonly steps: number;
  readonly toolCalls: readonly JsonObject[];
  readonly usage: Partial<Usage>;
}

/** Runs a registered function agent: its tools are an allow-list, its steps are bounded, and its result must be JSON. */
export async function runAgent(
  activation: Omit<Activation, "config">,
  { name, input, role = name, config = {}, history = [], maxIterations = 10 }: AgentCall,
): Promise<AgentAnswer> {
  const agent = activation.run.runtime.agents.require(name);
  const usage: Partial<Record<keyof Usage, number>> = {};
  const toolCalls: JsonObject[] = [];
  let steps = 0;
  const step = (data: JsonObject): void => {
    steps += 1;
    if (steps > maxIterations)
      throw new IceError("ICE_AGENT_LIMIT", `Agent "${name}" took more than ${maxIterations} steps.`, {
        fix: "raise `maxIterations`, or let the agent stop earlier",
        details: { agent: name, maxIterations },
      });
    activation.emit("agent.stepCompleted", { agent: name, role, step: steps, ...data });
  };
  const output = await agent.run({
    input,
    config,
    role,
    history,
    attempt: activation.attempt,
    runId: activation.runId,
    path: activation.path,
    get signal() {
      return activation.signal;
    },
    async callTool(tool, args) {
      if (!agent.tools.includes(tool))
        throw new IceError(
          "ICE_TOOL_UNKNOWN",
          `Agent "${name}" may not call the tool "${tool}". It may call: ${agent.tools.join(", ") || "none"}.`,
          {
            fix: `add "${tool}" to the agent's \`tools\``,
          },
        );
      step({ tool });
      const result = await callTool(activation, tool, args);
      toolCalls.push({ tool, args, result });
      return result;
    },
    step,
    addUsage(added) {
      activation.addUsage(added);
      for (const [key, amount] of Object.entries(added))
        usage[key as keyof Usage] = (usage[key as keyof Usage] ?? 0) + amount;
    },
    use: activation.use,
  });
  return { output: normalizeJson(output), steps, toolCalls, usage };
}
