import { IceError, LanguageModelService, type builtinNodes, type Json } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { runAgent } from "./run-agent.ts";

/** Runs a registered agent. With `memory`, it receives earlier turns of the same thread in this run, oldest first. */
export async function executeAgent(activation: BuiltinActivation<typeof builtinNodes.agent>): Promise<unknown> {
  const { package: name, input = null, maxIterations, memory } = activation.config;
  if (name === undefined)
    throw new IceError(
      "ICE_SERVICE_MISSING",
      `Node "${activation.nodeId}" needs the service "${LanguageModelService.name}".`,
      {
        fix: "install a plugin that provides language models, or name a registered agent with `package`",
      },
    );
  const turns = memory === undefined ? [] : threadOf(activation, memory.thread);
  const history = memory === undefined ? [] : turns.slice(-memory.maxTurns);
  const { output, steps, toolCalls, usage } = await runAgent(activation, { name, input, history, maxIterations });
  if (memory !== undefined) {
    turns.push({ input, output });
    turns.splice(0, turns.length - memory.maxTurns);
    void activation.checkpoint({ thread: memory.thread, input, output });
  }
  return { output, text: textOf(output), steps, toolCalls, finishReason: "stop", usage };
}

function threadOf(
  { run }: Pick<BuiltinActivation<typeof builtinNodes.agent>, "run">,
  thread: string,
): { input: Json; output: Json }[] {
  const turns = run.memory.get(thread) ?? recordedTurns(run, thread);
  run.memory.set(thread, turns);
  return turns;
}

/** The turns of earlier processes. */
function recordedTurns(
  { history }: BuiltinActivation<typeof builtinNodes.agent>["run"],
  thread: string,
): { input: Json; output: Json }[] {
  return [...(history?.checkpoints.values() ?? [])].flatMap((value) =>
    isPlainObject(value) && value["thread"] === thread
      ? [{ input: value["input"] ?? null, output: value["output"] ?? null }]
      : [],
  );
}

/** The answer as text: a string unchanged, `text` of an object, otherwise compact JSON. */
function textOf(output: Json): string {
  if (typeof output === "string") return output;
  const text = typeof output === "object" && output !== null && "text" in output ? output["text"] : undefined;
  return typeof text === "string" ? text : JSON.stringify(output);
}
