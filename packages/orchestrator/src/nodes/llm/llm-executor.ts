import { IceError, type builtinNodes } from "@ice/core";
import { asText } from "../../models/as-text.ts";
import { ModelSession } from "../../models/model-session.ts";
import { structuredAnswer } from "../../models/structured-answer.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

/** Asks a model once. */
export async function executeLlm(activation: BuiltinActivation<typeof builtinNodes.llm>): Promise<unknown> {
  const { model: name, prompt, system, temperature, maxTokens, jsonSchema, llmConfig } = activation.config;
  const text = asText(prompt);
  if (text === "")
    throw new IceError("ICE_INPUT_INVALID", `Node "${activation.nodeId}": \`prompt\` is empty.`, {
      fix: "correct the template, or the data that it reads",
    });
  const { answer, model, usage } = await new ModelSession(activation).ask(asText(name), {
    system: system === undefined ? undefined : asText(system),
    messages: [{ role: "user", text }],
    temperature,
    maxTokens,
    jsonSchema,
    options: llmConfig,
  });
  const { slice } = activation.run.pace;
  const object = jsonSchema === undefined ? null : await structuredAnswer(answer, jsonSchema, model, slice);
  const finishReason = answer.finishReason === "tool-calls" ? "other" : answer.finishReason;
  return { text: answer.text, object, model, finishReason, usage };
}
