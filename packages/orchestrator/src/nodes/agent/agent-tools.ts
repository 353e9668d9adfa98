import { IceError, type Json, type JsonObject, type ModelTool, type ModelToolCall, type Runtime } from "@ice/core";
import { didYouMean, isPlainObject, jsonSchemaOf, listNames, readJsonData, shorten } from "@ice/core/internal";
import type { Asker } from "../../models/model-session.ts";
import { recordedAs, storedCallResult } from "../../models/stored-shapes.ts";
import type { Activation } from "../../run/activation.ts";
import type { AttemptAbort } from "../../run/attempt-abort.ts";
import { toIceError } from "../../run/failure.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import { callTool } from "../call-tool.ts";
import { keyedCaller } from "../keyed-caller.ts";

/** Calls of one answer that run at the same time. */
const atOnce = 8;

/** What a call gave. What went wrong goes back to the model. */
export type CallResult =
  | { readonly result: Json }
  | { readonly error: { readonly code: string; readonly message: string } };

/** Errors that end the agent instead of going back to the model. */
const endsAgent = new Set<string>(["ICE_BUDGET_EXCEEDED", "ICE_RUN_CANCELLED"]);

/** Providers take no `.` in the name of a tool. */
const wireName = (tool: string): string => tool.replaceAll(".", "__");

/** The tools that a model may call, as they are sent to it. @throws IceError `ICE_TOOL_UNKNOWN`, `ICE_BLUEPRINT_SCHEMA` (two of one name). */
export function modelTools(runtime: Runtime, names: readonly string[]): readonly ModelTool[] {
  const taken = new Map<string, string>();
  return [...new Set(names)].map((tool) => {
    const { description, args } = runtime.tools.require(tool);
    const name = wireName(tool);
    const other = taken.get(name);
    if (other !== undefined)
      throw new IceError(
        "ICE_BLUEPRINT_SCHEMA",
        `The tools "${other}" and "${tool}" have the same name for models: "${name}".`,
        {
          fix: "give the agent only one of the two",
        },
      );
    taken.set(name, tool);
    return { name, description, parameters: jsonSchemaOf(args, "input") };
  });
}

/** The tools of an agent, and the calls that its model asks for. */
export class AgentTools {
  readonly #activation: Omit<Activation, "config">;
  readonly #asker: Asker;
  /** Of the attempt: when a call ends, the next one may have begun. */
  readonly #current: AttemptAbort;
  readonly #names: ReadonlyMap<string, string>;

  constructor(activation: Omit<Activation, "config">, asker: Asker, tools: readonly string[]) {
    this.#activation = activation;
    this.#asker = asker;
    this.#current = activation.current;
    // Prompts name tools as workflows do, and models repeat that.
    this.#names = new Map([
      ...tools.map((tool) => [tool, tool] as const),
      ...tools.map((tool) => [wireName(tool), tool] as const),
    ]);
  }

  /** The name of the called tool; the name that the model wrote if it is not one of the agent's. */
  nameOf({ name }: ModelToolCall): string {
    return this.#names.get(name) ?? name;
  }

  /** Runs the calls of one answer, each once in a run. @param key - of a call, by its position. */
  async callAll(calls: readonly ModelToolCall[], key: (index: number) => string): Promise<readonly CallResult[]> {
    const results: CallResult[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let index = next++; index < calls.length; index = next++) {
        const call = calls[index]!;
        const work = (): Promise<CallResult> => this.#call(call, key(index));
        const value = await recordedStep(this.#activation, key(index), work, this.#current);
        results[index] = recordedAs(this.#activation, key(index), storedCallResult, value);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, calls.length) }, lane));
    return results;
  }

  async #call(call: ModelToolCall, key: string): Promise<CallResult> {
    try {
      const tool = this.#allowed(call);
      return { result: await callTool(keyedCaller(this.#activation, key, this.#asker), tool, argumentsOf(call, tool)) };
    } catch (thrown) {
      const error = toIceError(thrown);
      if (endsAgent.has(error.code) || this.#current.aborted) throw error;
      return { error: { code: error.code, message: error.message } };
    }
  }

  #allowed({ name }: ModelToolCall): string {
    const tool = this.#names.get(name);
    if (tool !== undefined) return tool;
    const allowed = [...new Set(this.#names.values())];
    throw new IceError(
      "ICE_TOOL_UNKNOWN",
      `Agent "${this.#asker.agent}" may not call "${shorten(name)}". It may call: ${listNames(allowed) || "none"}.`,
      {
        fix: didYouMean(name, allowed) || "call one of these",
      },
    );
  }
}

/** @throws IceError `ICE_TOOL_ARGS`. */
function argumentsOf({ arguments: text }: ModelToolCall, tool: string): JsonObject {
  const read = readJsonData(text.trim() === "" ? "{}" : text);
  if ("value" in read && isPlainObject(read.value)) return read.value;
  const why = "problem" in read && read.cause === undefined ? ` that can be used: it ${read.problem}` : "";
  throw new IceError("ICE_TOOL_ARGS", `The arguments of the tool "${tool}" are not a JSON object${why}.`, {
    fix: "write a JSON object",
  });
}
