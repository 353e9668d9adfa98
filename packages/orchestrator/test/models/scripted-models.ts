import type { GenerateOptions, LanguageModelService, ModelAnswer, ModelDescription, ModelRequest } from "@ice/core";

/** What is left out is empty. */
interface ScriptedAnswer extends Partial<ModelAnswer> {}

/** An answer of the script; a function sees the request, an error is thrown. */
export type Reply = ScriptedAnswer | Error | ((request: ModelRequest, options: GenerateOptions) => Promise<Reply>);

interface ScriptedModels extends LanguageModelService {
  readonly asked: readonly ModelRequest[];
}

/** Models that answer as a script says, one reply per request, and keep what they were asked. */
export function scriptedModels(
  replies: readonly Reply[],
  describe: (name: string) => readonly [ModelDescription, ...ModelDescription[]] = (model) => [{ model }],
): ScriptedModels {
  const asked: ModelRequest[] = [];
  const answerOf = async (reply: Reply, request: ModelRequest, options: GenerateOptions): Promise<ModelAnswer> => {
    if (typeof reply === "function") return answerOf(await reply(request, options), request, options);
    if (reply instanceof Error) throw reply;
    const { text = "", toolCalls = [] } = reply;
    if (text !== "") options.onText?.(text);
    const finishReason = toolCalls.length > 0 ? "tool-calls" : "stop";
    return { text, toolCalls, finishReason, usage: { inputTokens: 10, outputTokens: 5 }, warnings: [], ...reply };
  };
  return {
    asked,
    describe,
    list: () => ({ models: [], aliases: {}, pricesDate: "2026-11-30" }),
    generate(request, options) {
      asked.push(request);
      const reply = replies[asked.length - 1];
      if (reply === undefined) throw new Error(`the script has no reply ${asked.length}`);
      return answerOf(reply, request, options);
    },
  };
}

/** A call that a model asks for. */
export const call = (name: string, args: unknown, id = `c-${name}`): ModelAnswer["toolCalls"][number] => ({
  id,
  name,
  arguments: typeof args === "string" ? args : JSON.stringify(args),
});
