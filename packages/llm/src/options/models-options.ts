import type { Clock, ModelTokens } from "@ice/core";

/** `models` of a configuration: which models workflows may use. */
export interface ModelsOptions {
  /** By the id before the `/` in `provider/model`: `[a-z][a-z0-9-]{0,31}`. */
  readonly providers?: Readonly<Record<string, ProviderOptions>> | undefined;
  /** Names for a model, or for a chain of models that are tried in this order. */
  readonly aliases?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** By `provider/model` or `provider/*`. They win over the table of the package. */
  readonly prices?: Readonly<Record<string, Price | ((tokens: ModelTokens) => number)>> | undefined;
  readonly limits?: ModelLimits | undefined;
}

/** Where models of one provider are, and how to reach them. */
export interface ProviderOptions {
  /** The wire format. Default: the id, for `openai`, `anthropic` and `google`. */
  readonly type?: ProviderType | undefined;
  /** Default: that of the service. Required for `openai-compatible`. */
  readonly baseUrl?: string | undefined;
  /** May be `secret://NAME`. Default for `openai`, `anthropic` and `google`: by environment. */
  readonly apiKey?: string | undefined;
  /** Sent with every request. A value may be `secret://NAME`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Which interface of OpenAI is used. Default `responses`. */
  readonly api?: "responses" | "chat" | undefined;
  /** Whether an `openai-compatible` server takes JSON Schemas. Default true; else the schema goes into the system message. */
  readonly structuredOutputs?: boolean | undefined;
  /** Names that blueprints may use in `llmConfig` besides the standard ones; the provider's adapter understands them. Default none. */
  readonly options?: readonly string[] | undefined;
}

export type ProviderType = (typeof providerTypes)[number];

export const providerTypes = ["openai", "anthropic", "google", "openai-compatible"] as const;

/** USD for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of the input, what was cached. Default `input`. */
  readonly cachedInput?: number | undefined;
}

/** Bounds of a request. */
export interface ModelLimits {
  /** Most bytes of an answer's text, calls and reasoning. Default 4 MiB. */
  readonly textBytes?: number;
  /** Most bytes of a request. Default 4 MiB. */
  readonly requestBytes?: number;
  /** Most seconds in which nothing comes. Default 300. */
  readonly idleSeconds?: number;
  /** Most bytes of a tool's result that a model is shown. Default 64 KiB. */
  readonly toolResultBytes?: number;
}

/** What a program may give besides, and tests. */
export interface LanguageModelsOptions extends ModelsOptions {
  /** Environment with the keys. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The value of `secret://NAME`. Default: that of the owner's secrets in a plugin, else the environment variable of that name. */
  readonly resolveSecret?: ((name: string) => string) | undefined;
  /** Replaces values of secrets in what a provider says. Default: only what was sent as key or header is replaced, by `…`. */
  readonly scrub?: ((text: string) => string) | undefined;
  /** Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
}

export const defaultLimits: Required<ModelLimits> = {
  textBytes: 4 * 1024 * 1024,
  requestBytes: 4 * 1024 * 1024,
  idleSeconds: 300,
  toolResultBytes: 64 * 1024,
};
