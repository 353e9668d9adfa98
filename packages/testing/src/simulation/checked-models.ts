import {
  defineAgent,
  defineTool,
  IceError,
  type AgentDefinition,
  type Clock,
  type LanguageModelService,
  type ModelAnswer,
  type ModelRequest,
  type ModelToolCall,
  type ToolDefinition,
} from "@ice/core";
import { z } from "zod";
import type { StepChecker } from "./step-checker.ts";

/** What the models and tools of one simulated process depend on. */
export interface CheckedModelsOptions {
  readonly steps: Pick<StepChecker, "onCall" | "onRequest" | "reportViolation">;
  readonly clock: Clock;
  readonly isAlive: () => boolean;
}

/** Milliseconds of a request, by the name of the model after `sim/`. */
const durations: Readonly<Record<string, number>> = { fast: 0, steady: 10, flaky: 5, slow: 500 };

/** Agents on simulated models, for nodes, swarms and recursions. */
export const simulatedAgents: readonly AgentDefinition[] = [
  defineAgent({ name: "worker", model: "sim/steady", tools: ["step"] }),
  defineAgent({ name: "thinker", model: "sim/fast" }),
];

/**
 * Models whose answers depend on the request alone, and report each request to the checker. `sim/flaky` fails the first request of
 * each content; each answer carries the number of its request in `state`, where it changes nothing but shows what was recorded.
 */
export function checkedModels({ steps, clock, isAlive }: CheckedModelsOptions): LanguageModelService {
  return {
    describe: (model) => [{ model }],
    list: () => ({ models: [], aliases: {}, pricesDate: "2026-01-01" }),
    generate: (request, { signal }) =>
      new Promise((resolve, reject) => {
        if (!isAlive()) return;
        if (signal.aborted) steps.reportViolation("a model was asked although the attempt was aborted");
        const model = request.model.slice("sim/".length);
        const { number, isFirst } = steps.onRequest(request, contentOf(request));
        const onAbort = (): void => {
          cancel();
          reject(signal.reason as Error);
        };
        const cancel = clock.setTimer(durations[model] ?? 0, () => {
          signal.removeEventListener("abort", onAbort);
          if (model === "flaky" && isFirst)
            reject(new IceError("ICE_MODEL_UNAVAILABLE", "The simulated model is unavailable.", { retryable: true }));
          else resolve(answerTo(request, number));
        });
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  };
}

/** The tool that simulated models call. Its result names the call, so that the checker knows what was recorded. */
export function stepTool({ steps, clock, isAlive }: CheckedModelsOptions): ToolDefinition {
  return defineTool({
    name: "step",
    args: z.strictObject({ v: z.int(), ms: z.number().min(0) }),
    run: ({ v, ms }, context) =>
      new Promise<{ v: number; call: string }>((resolve, reject) => {
        if (!isAlive()) return;
        const { signal, idempotencyKey: call } = context;
        const finished = steps.onCall(context);
        const onAbort = (): void => {
          finished();
          cancel();
          reject(signal.reason as Error);
        };
        const cancel = clock.setTimer(ms, () => {
          finished();
          signal.removeEventListener("abort", onAbort);
          resolve({ v: v + 1, call });
        });
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  }) as ToolDefinition;
}

/** The content of a request, without what numbers its earlier answers. */
const contentOf = ({ system = "", messages }: ModelRequest): string =>
  JSON.stringify([system, messages], (key, value: unknown) => (key === "state" ? undefined : value));

function answerTo(request: ModelRequest, number: number): ModelAnswer {
  const { messages, tools } = request;
  const hash = hashOf(contentOf({ ...request, messages: messages.filter(({ role }) => role === "user") }));
  const turn = messages.length - 1 - messages.findLastIndex(({ role }) => role === "user");
  const round = turn / 2;
  const calls: ModelToolCall[] =
    tools === undefined || round >= hash % 3
      ? []
      : Array.from({ length: 1 + ((hash + round) % 2) }, (_, n) => ({
          id: `c${n}`,
          name: "step",
          arguments: JSON.stringify({ v: n, ms: (hash % 2) * 5 }),
        }));
  return {
    text: calls.length > 0 ? "" : textOf(request, hash),
    toolCalls: calls,
    finishReason: calls.length > 0 ? "tool-calls" : "stop",
    usage: { inputTokens: 3, outputTokens: 2 },
    warnings: [],
    state: { provider: "sim", data: number },
  };
}

/** A text, or the object that a strategy of a swarm reads. */
function textOf({ jsonSchema }: ModelRequest, hash: number): string {
  const { vote, bid } = (jsonSchema?.["properties"] ?? {}) as {
    readonly vote?: { readonly enum: readonly string[] };
    readonly bid?: object;
  };
  if (vote !== undefined) return JSON.stringify({ vote: vote.enum[hash % vote.enum.length] });
  if (bid !== undefined) return JSON.stringify({ bid: hash % 10 });
  return jsonSchema === undefined ? `says ${hash % 1000}` : JSON.stringify({ assignments: {} });
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return hash;
}
