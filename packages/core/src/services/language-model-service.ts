import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/**
 * Answers requests to language models. Everything that crosses it is plain JSON.
 *
 * An implementation makes one request per call and never retries: chains of models, budgets, events, and the check of structured
 * answers are the engine's.
 */
export interface LanguageModelService {
  /**
   * What a name stands for: one model, or the chain of an alias, in the order in which they are tried.
   *
   * @param name - `provider/model`, or an alias (without `/`).
   * @throws IceError `ICE_MODEL_UNKNOWN` with a fix: no such provider or alias.
   */
  describe(name: string): readonly [ModelDescription, ...ModelDescription[]];
  /**
   * Makes one request, streamed.
   *
   * @throws IceError `ICE_MODEL_*`: see the table in `docs/reference/errors.md`; `retryable` and `retryAfterMs` are set.
   */
  generate(request: ModelRequest, options: GenerateOptions): Promise<ModelAnswer>;
  /** What the owner has configured, for `ice models list`. */
  list(): ModelCatalog;
}

/** A model that a name stands for. */
export interface ModelDescription {
  /** `provider/model`. */
  readonly model: string;
  /** What is missing, such as a key: then a request would fail with `ICE_MODEL_KEY_MISSING`. Undefined when it is ready. */
  readonly missing?: { readonly message: string; readonly fix: string } | undefined;
  /** Bytes of a tool's result that the model is shown; more is cut. Default 65,536. */
  readonly toolResultBytes?: number | undefined;
  /** What a request costs in USD; undefined when the price is unknown. Rises with each of the numbers but the cached ones. */
  readonly cost?: ((tokens: ModelTokens) => number) | undefined;
}

/** One request to one model. */
export interface ModelRequest {
  /** `provider/model`. */
  readonly model: string;
  readonly system?: string | undefined;
  /** Oldest first; at least one. */
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ModelTool[] | undefined;
  /** JSON Schema of the answer. For providers that cannot enforce it, it is part of the system message. */
  readonly jsonSchema?: JsonObject | undefined;
  /** 0 to 2. Default: the model's own. */
  readonly temperature?: number | undefined;
  /** Most tokens to generate. Default: the model's own. */
  readonly maxTokens?: number | undefined;
  /** `llmConfig` of the node. */
  readonly options?: JsonObject | undefined;
}

/** A message of a conversation. */
export type ModelMessage =
  | { readonly role: "user"; readonly text: string }
  | (Pick<ModelAnswer, "text" | "toolCalls" | "state"> & { readonly role: "assistant" })
  | { readonly role: "tool"; readonly results: readonly ModelToolResult[] };

/** A tool that a model may call. */
export interface ModelTool {
  /** As it goes over the wire: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly parameters: JsonObject;
}

/** A call that a model asks for. */
export interface ModelToolCall {
  /** Unique within the answer. */
  readonly id: string;
  /** As it came over the wire. */
  readonly name: string;
  /** As the model wrote it: JSON, or something else. */
  readonly arguments: string;
}

/** The result of a call, or what went wrong, for the model. */
export interface ModelToolResult {
  readonly callId: string;
  readonly name: string;
  readonly result: Json;
}

/** Options of one request. */
export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Called with each part of the text as it comes, well-formed. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What a model answered. */
export interface ModelAnswer {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly finishReason: "stop" | "length" | "content-filter" | "tool-calls" | "other";
  readonly usage: ModelUsage;
  /** Options that the provider did not follow. */
  readonly warnings: readonly string[];
  /** What the provider needs to continue, such as signatures of its reasoning. Sent back to the same provider only. */
  readonly state?: { readonly provider: string; readonly data: Json } | undefined;
}

/** Tokens of one request, whole numbers from 0 to 10⁹. */
export interface ModelTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, what was cached. */
  readonly cachedInputTokens: number;
  /** Of the output, what was reasoning. */
  readonly reasoningTokens: number;
}

/** Tokens as the provider counts them; a number that is missing or impossible is undefined. */
export type ModelUsage = { readonly [Kind in keyof ModelTokens]?: ModelTokens[Kind] | undefined };

/** Providers and aliases that can be used. */
export interface ModelCatalog {
  readonly models: readonly { readonly provider: string; readonly ready: boolean; readonly fix?: string }[];
  /** Alias → models in the order in which they are tried. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Day of the table of prices, `2026-11-30`. */
  readonly pricesDate: string;
}

/** Key of the service that answers requests to language models. */
export const LanguageModelService: ServiceKey<LanguageModelService> = serviceKey("languageModelService");
