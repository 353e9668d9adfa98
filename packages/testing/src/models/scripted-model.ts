import {
  definePlugin,
  LanguageModelService,
  type Clock,
  type GenerateOptions,
  type ModelAnswer,
  type ModelDescription,
  type ModelRequest,
  type Plugin,
} from "@ice/core";
import { checkReplies } from "./checked-replies.ts";
import { Script } from "./script.ts";
import { chunksOf, type ScriptedReply } from "./scripted-reply.ts";
import { cutError, statusError } from "./status-error.ts";

/** Language models that answer from a script. */
export interface ScriptedModel extends LanguageModelService {
  /** What was asked, in order; copies. */
  readonly requests: readonly ModelRequest[];
  /** Provides the script to workflows: `plugins: [model.plugin]`. Closing the engine then calls `assertFinished`. */
  readonly plugin: Plugin;
  /**
   * Checks that the workflow asked for exactly what the script has.
   *
   * @throws IceError `ICE_SCRIPT_MISMATCH` if replies are left, or if a request found none, even if the workflow went on after it.
   */
  assertFinished(): void;
}

/** Options of `scriptedModel`. */
export interface ScriptedModelOptions {
  /** Alias → models in the order in which they are tried. Any other name is a model itself. Default: none. */
  readonly aliases?: Readonly<Record<string, readonly [string, ...string[]]>> | undefined;
  /** What a request costs in USD. Default: the price is unknown. */
  readonly cost?: ModelDescription["cost"];
  /** Measures `delayMs` and `chunkDelayMs`. Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
}

/**
 * Creates models that answer from a script, without a key or a network. A request takes the first unused reply that matches it, so
 * replies without `when` answer in order. Errors are those of `@ice/llm`.
 *
 * @throws IceError `ICE_USAGE` if a reply has an unknown field or a wrong value, or if its `when` is no regular expression.
 */
export function scriptedModel(replies: readonly ScriptedReply[], options: ScriptedModelOptions = {}): ScriptedModel {
  const { aliases = {}, cost, clock = systemClock } = options;
  checkReplies(replies);
  const script = new Script(replies);
  const requests: ModelRequest[] = [];
  const describe = (model: string): ModelDescription => ({ model, cost });
  const service: ScriptedModel = {
    requests,
    plugin: definePlugin({
      name: "scripted-model",
      apiVersion: 1,
      setup(host) {
        host.provide(LanguageModelService, service);
        host.onClose(() => script.assertFinished());
      },
    })(),
    assertFinished: () => script.assertFinished(),
    describe(name) {
      const [first = name, ...rest] = (Object.hasOwn(aliases, name) && aliases[name]) || [];
      return [describe(first), ...rest.map(describe)];
    },
    list: () => ({ models: [], aliases, pricesDate: "2026-01-01" }),
    async generate(request, generateOptions) {
      const n = requests.push(structuredClone(request));
      return answer(script.take(request, n), request, { ...generateOptions, n, clock });
    },
  };
  return service;
}

interface AnswerOptions extends GenerateOptions {
  /** Number of the request. */
  readonly n: number;
  readonly clock: Clock;
}

async function answer(reply: ScriptedReply, request: ModelRequest, options: AnswerOptions): Promise<ModelAnswer> {
  const { signal, clock, n } = options;
  await wait(reply.hang === true ? Infinity : (reply.delayMs ?? 0), clock, signal);
  if (reply.status !== undefined) throw statusError(request.model, reply.status, reply, clock.now());
  const text = await stream(reply, request.model, options);
  const toolCalls = (reply.toolCalls ?? []).map(({ id, name, args = {}, rawArgs = JSON.stringify(args) }, index) => ({
    id: id ?? `call_${n}_${index}`,
    name,
    arguments: rawArgs,
  }));
  const finishReason = reply.finish ?? (toolCalls.length > 0 ? "tool-calls" : "stop");
  return { text, toolCalls, finishReason, usage: usageOf(reply, request.maxTokens), warnings: [] };
}

/** Sends the parts of the text, and returns all of it. */
async function stream(reply: ScriptedReply, model: string, { signal, onText, clock }: AnswerOptions): Promise<string> {
  const { cutAfter, stall, chunkDelayMs = 0 } = reply;
  const chunks = chunksOf(reply);
  for (let sent = 0; sent <= chunks.length; sent += 1) {
    if (sent === cutAfter) throw cutError(model);
    if (sent === stall) await wait(Infinity, clock, signal);
    if (sent === chunks.length) break;
    signal.throwIfAborted();
    onText?.(chunks[sent]!);
    await wait(chunkDelayMs, clock, signal);
  }
  return chunks.join("");
}

function usageOf({ usage, lie = false }: ScriptedReply, maxTokens = Infinity): ModelAnswer["usage"] {
  if (usage === null) return {};
  const { input = 10, output = 5, cached = 0 } = usage ?? {};
  return {
    inputTokens: input,
    outputTokens: lie ? output : Math.min(output, maxTokens),
    cachedInputTokens: cached,
    reasoningTokens: 0,
  };
}

/** Waits, without end for `Infinity`. @throws the reason of the signal. */
async function wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      cancelTimer?.();
      reject(signal.reason as Error);
    };
    const done = (): void => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    const cancelTimer = ms === Infinity ? undefined : clock.setTimer(ms, done);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
