import type { Json, ModelMessage } from "@ice/core";
import type { JsonValue, Prompt, ToolOutput } from "./adapter.ts";
import { assistantContent, sendableName } from "./answer-state.ts";

/** A conversation in the format of adapters. */
export function toPrompt(system: string | undefined, messages: readonly ModelMessage[], provider: string): Prompt {
  const prompt = messages.flatMap((message) => messageFrom(message, provider));
  return system === undefined || system === ""
    ? prompt
    : [{ role: "system", content: system.toWellFormed() }, ...prompt];
}

/** Nothing for an answer without text and calls: providers reject empty ones. */
function messageFrom(message: ModelMessage, provider: string): Prompt {
  if (message.role === "user")
    return [{ role: "user", content: [{ type: "text", text: message.text.toWellFormed() }] }];
  if (message.role === "assistant") {
    const content = assistantContent(message, provider);
    return content.length === 0 ? [] : [{ role: "assistant", content }];
  }
  const results = message.results.map(({ callId, name, result }) => ({
    type: "tool-result" as const,
    toolCallId: callId,
    toolName: sendableName(name),
    output: outputFrom(result),
  }));
  return [{ role: "tool", content: results }];
}

const outputFrom = (result: Json): ToolOutput =>
  typeof result === "string" ? { type: "text", value: result } : { type: "json", value: result as JsonValue };
