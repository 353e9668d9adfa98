import type { ModelAnswer, ModelToolCall, ModelUsage } from "@ice/core";
import type { ProviderMetadata, StreamPart } from "./adapter.ts";
import { stateOf, type AnswerPart } from "./answer-state.ts";
import { WellFormedText } from "./well-formed-text.ts";

export interface ReadAnswerOptions {
  /** Id of the provider, to which the state belongs. */
  readonly provider: string;
  readonly onText: ((text: string) => void) | undefined;
  /** Maximum bytes of text, calls and reasoning, including state that the provider expects back. */
  readonly maxBytes: number;
  /** Creates the error for a larger answer. */
  readonly tooLong: () => Error;
}

/** Why an answer is invalid: it ended without a reason, or with an error. */
export class NoAnswer extends Error {}

/**
 * Reads the stream of an adapter.
 *
 * @throws the error in the stream, as reported by the adapter; {@link NoAnswer}.
 */
export async function readAnswer(stream: ReadableStream<StreamPart>, options: ReadAnswerOptions): Promise<ModelAnswer> {
  const answer = new Answer(options);
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return answer.end();
    answer.add(value);
  }
}

/** Bytes counted for each part of an answer in addition to its content, so that empty ones are bounded too. */
const partBytes = 256;

class Answer {
  readonly #options: ReadAnswerOptions;
  readonly #wellFormed = new WellFormedText();
  readonly #calls: ModelToolCall[] = [];
  readonly #parts: AnswerPart[] = [];
  readonly #warnings: string[] = [];
  readonly #ids = new Set<string>();
  #text = "";
  #bytes = 0;
  /** Bytes of arguments whose call is not complete. */
  #openBytes = 0;
  #nextId = 0;
  #finish: Extract<StreamPart, { type: "finish" }> | undefined;

  constructor(options: ReadAnswerOptions) {
    this.#options = options;
  }

  add(part: StreamPart): void {
    switch (part.type) {
      case "text-delta":
        this.#count(part.delta);
        this.#say(this.#wellFormed.add(part.delta));
        if (part.providerMetadata !== undefined) this.#mark(this.#current("text"), part.providerMetadata);
        return;
      case "text-start":
      case "text-end":
        if (part.providerMetadata !== undefined) this.#mark(this.#current("text"), part.providerMetadata);
        return;
      case "reasoning-start":
        return this.#mark(this.#begin({ type: "reasoning", text: "" }), part.providerMetadata);
      case "reasoning-delta":
      case "reasoning-end": {
        const reasoning = this.#current("reasoning");
        if (part.type === "reasoning-delta") {
          this.#count(part.delta);
          reasoning.text += part.delta;
        }
        return this.#mark(reasoning, part.providerMetadata);
      }
      case "tool-input-start":
        return this.#count("", partBytes);
      case "tool-input-delta":
        this.#openBytes += Buffer.byteLength(part.delta);
        return this.#count("");
      case "tool-call":
        return this.#call(part);
      case "stream-start":
        this.#warnings.push(...part.warnings.map(inWords));
        return;
      case "finish":
        this.#finish = part;
        return;
      case "error":
        throw part.error;
      default: // nothing that a workflow uses
    }
  }

  end(): ModelAnswer {
    this.#say(this.#wellFormed.end());
    const reason = this.#finish?.finishReason.unified;
    if (this.#finish === undefined || reason === undefined || reason === "interrupted")
      throw new NoAnswer("the answer ended early");
    if (reason === "error")
      throw new NoAnswer(`the answer ends with an error (${this.#finish.finishReason.raw ?? ""})`);
    return {
      text: this.#text,
      toolCalls: this.#calls,
      finishReason: reason,
      usage: usageOf(this.#finish),
      warnings: this.#warnings,
      state: stateOf(this.#options.provider, this.#parts),
    };
  }

  #call({
    toolCallId,
    toolName,
    input,
    providerExecuted,
    providerMetadata,
  }: Extract<StreamPart, { type: "tool-call" }>) {
    if (providerExecuted === true) return;
    this.#openBytes = Math.max(0, this.#openBytes - Buffer.byteLength(input));
    this.#count(toolCallId + toolName + input);
    let id = toolCallId.toWellFormed();
    for (; id === "" || this.#ids.has(id); this.#nextId += 1) id = `call_${this.#nextId}`;
    this.#ids.add(id);
    this.#calls.push({ id, name: toolName.toWellFormed(), arguments: input.toWellFormed() });
    this.#mark(this.#begin({ type: "call" }), providerMetadata);
  }

  #say(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#current("text").length += text.length;
    this.#options.onText?.(text);
  }

  /** Text and reasoning arrive in several parts; any other part in between begins a new one. */
  #current<Type extends "text" | "reasoning">(type: Type): Extract<AnswerPart, { type: Type }> {
    const last = this.#parts.at(-1);
    if (last?.type === type) return last as Extract<AnswerPart, { type: Type }>;
    const next: AnswerPart = type === "text" ? { type: "text", length: 0 } : { type: "reasoning", text: "" };
    return this.#begin(next) as Extract<AnswerPart, { type: Type }>;
  }

  #begin(part: AnswerPart): AnswerPart {
    this.#count("", partBytes);
    this.#parts.push(part);
    return part;
  }

  #mark(part: AnswerPart, metadata: ProviderMetadata | undefined): void {
    if (metadata === undefined) return;
    this.#count(JSON.stringify(metadata));
    part.options ??= {};
    for (const [provider, values] of Object.entries(metadata))
      part.options[provider] = { ...part.options[provider], ...values };
  }

  #count(text: string, more = 0): void {
    this.#bytes += Buffer.byteLength(text) + more;
    if (this.#bytes + this.#openBytes > this.#options.maxBytes) throw this.#options.tooLong();
  }
}

/** Token counts, limited to plausible values. */
function usageOf({ usage: { inputTokens, outputTokens } }: Extract<StreamPart, { type: "finish" }>): ModelUsage {
  const [input, output] = [tokens(inputTokens.total), tokens(outputTokens.total)];
  return {
    inputTokens: input,
    outputTokens: output,
    cachedInputTokens: tokens(inputTokens.cacheRead, input),
    reasoningTokens: tokens(outputTokens.reasoning, output),
  };
}

/** A part cannot be larger than the whole. */
function tokens(count: number | undefined, most = 1e9): number | undefined {
  return count !== undefined && Number.isInteger(count) && count >= 0 && count <= most ? count : undefined;
}

function inWords(warning: Extract<StreamPart, { type: "stream-start" }>["warnings"][number]): string {
  if (warning.type === "other") return warning.message;
  if (warning.type === "deprecated") return `${warning.setting}: ${warning.message}`;
  return `${warning.feature}: ${warning.details ?? "not supported"}`;
}
