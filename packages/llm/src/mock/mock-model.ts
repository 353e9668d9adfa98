import type { Clock, GenerateOptions, ModelAnswer, ModelMessage, ModelRequest, ModelToolCall } from "@ice/core";
import { modelError, statusError } from "../errors/model-error.ts";
import { standardOptions } from "../options/standard-options.ts";
import { mockConfigOf, type MockConfig } from "./mock-config.ts";
import { smallestMatch } from "./smallest-match.ts";

/** Maximum number of requests whose failures are counted; the oldest is removed first. */
const maxCounted = 1000;

/** Models for tests and first steps: they always answer the same request in the same way, immediately and without cost. */
export class MockModels {
  readonly #clock: Clock;
  readonly #failed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param name - `echo`, `tools`, or anything. */
  async generate(name: string, request: ModelRequest, { signal, onText }: GenerateOptions): Promise<ModelAnswer> {
    signal.throwIfAborted();
    const config = mockConfigOf(request, standardOptions);
    if (config.delayMs !== undefined) await this.#wait(config.delayMs, signal);
    this.#failAsAsked(request, config);
    const calls = name === "tools" && config.text === undefined && config.object === undefined ? callsOf(request) : [];
    const whole = calls.length > 0 ? "" : answerTo(name, request, config);
    const text = cut(whole, request.maxTokens);
    if (text !== "") onText?.(text);
    const finished = calls.length > 0 ? "tool-calls" : text === whole ? "stop" : "length";
    const { input, output } = config.usage ?? {};
    return {
      text,
      toolCalls: calls,
      finishReason: config.finishReason ?? finished,
      usage: {
        inputTokens: input ?? tokensOf([request.system ?? "", ...request.messages.map(textOf)].join("")),
        outputTokens: output ?? tokensOf(text + calls.map((call) => call.name + call.arguments).join("")),
        cachedInputTokens: 0,
        reasoningTokens: 0,
      },
      warnings: [],
    };
  }

  #failAsAsked(request: ModelRequest, { failTimes, failStatus = 503 }: MockConfig): void {
    if (failTimes === undefined) return;
    const key = JSON.stringify(request);
    const count = this.#failed.get(key) ?? 0;
    this.#failed.delete(key);
    if (count >= failTimes) return; // the count starts again
    this.#failed.set(key, count + 1);
    if (this.#failed.size > maxCounted) this.#failed.delete(this.#failed.keys().next().value!);
    throw statusError(request.model, failStatus, { words: "as set in `llmConfig` of the mock" });
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = this.#clock.setTimer(ms, () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}

function answerTo(name: string, request: ModelRequest, { text, object }: MockConfig): string {
  if (text !== undefined) return text.toWellFormed();
  if (object !== undefined) return JSON.stringify(object);
  if (request.jsonSchema !== undefined) return JSON.stringify(smallestMatch(request.jsonSchema));
  if (name === "tools") return JSON.stringify(resultsOf(request.messages).map(({ result }) => result));
  if (name === "echo") return lastUserText(request.messages);
  const { system, messages, tools, temperature } = request;
  return `${name} ${hash(JSON.stringify([name, system, messages, tools, temperature]))}`;
}

function lastUserText(messages: readonly ModelMessage[]): string {
  const message = messages.findLast(({ role }) => role === "user");
  return message?.role === "user" ? message.text.toWellFormed() : "";
}

/** Calls each tool once, with the smallest arguments, unless it has been called since the last user message. */
function callsOf({ model, messages, tools = [] }: ModelRequest): ModelToolCall[] {
  if (resultsOf(messages).length > 0) return [];
  return tools.map(({ name, parameters }, index) => {
    const args = smallestMatch({ type: "object", ...parameters });
    if (typeof args !== "object")
      throw modelError("ICE_MODEL_REJECTED", model, `the arguments of the tool ${name} are not an object`);
    return { id: `call_${index}`, name, arguments: JSON.stringify(args) };
  });
}

/** Results of tools since the last user message. */
function resultsOf(messages: readonly ModelMessage[]) {
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
  return turn.flatMap((message) => (message.role === "tool" ? message.results : []));
}

const textOf = (message: ModelMessage): string =>
  message.role === "tool" ? message.results.map(({ result }) => JSON.stringify(result)).join("") : message.text;

const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

/** The number of whole characters that fit into a number of tokens. */
function cut(text: string, maxTokens = Infinity): string {
  if (tokensOf(text) <= maxTokens) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, 4 * maxTokens), { stream: true });
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, "0");
}
