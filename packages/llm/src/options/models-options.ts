import type { Clock, ModelTokens } from "@ice/core";

/** `models` of a configuration: which models workflows may use. */
export interface ModelsOptions {
  /** By the id before the `/` in `provider/model`: `[a-z][a-z0-9-]{0,31}`. */
  readonly providers?: Readonly<Record<string, ProviderOptions>> | undefined;
  /** Names for a model, or for a chain of models that are tried in this order. */
  readonly aliases?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** By `provider/model` or `provider/*`. They take precedence over the package's table. */
  readonly prices?: Readonly<Record<string, Price | ((tokens: ModelTokens) => number)>> | undefined;
  readonly limits?: ModelLimits | undefined;
}

/** How to reach the models of one provider. */
export interface ProviderOptions {
  /** The wire format. Default: the id, for `openai`, `anthropic` and `google`. */
  readonly type?: ProviderType | undefined;
  /** Default: the address of the service. Required for `openai-compatible`. */
  readonly baseUrl?: string | undefined;
  /** May be `secret://NAME`. Default for `openai`, `anthropic` and `google`: by environment. */
  readonly apiKey?: string | undefined;
  /** Sent with every request. A value may hold `secret://NAME`: `Bearer secret://TOKEN`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The OpenAI interface. Default `responses`. */
  readonly api?: "responses" | "chat" | undefined;
  /** Whether an `openai-compatible` server accepts JSON Schemas. Default true; else the schema goes into the system message. */
  readonly structuredOutputs?: boolean | undefined;
  /** Names that blueprints may use in `llmConfig` besides the standard ones; the provider's adapter understands them. Default none. */
  readonly options?: readonly string[] | undefined;
}

export type ProviderType = (typeof providerTypes)[number];

export const providerTypes = ["openai", "anthropic", "google", "openai-compatible"] as const;

/** USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** For cached input. Default `input`. */
  readonly cachedInput?: number | undefined;
}

/** Bounds of a request. */
export interface ModelLimits {
  /** Maximum size of an answer's text, calls and reasoning with their signatures, in bytes. Default 4 MiB. */
  readonly textBytes?: number;
  /** Maximum size of a request, in bytes. Default 4 MiB. */
  readonly requestBytes?: number;
  /** Maximum time without data, in seconds. Default 300. */
  readonly idleSeconds?: number;
  /** Maximum size of a tool's result that is sent to a model, in bytes. Default 64 KiB. */
  readonly toolResultBytes?: number;
}

/** Additional options for programs and tests. */
export interface LanguageModelsOptions extends ModelsOptions {
  /** Environment with the keys. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The value of `secret://NAME`. Default: that of the owner's secrets in a plugin, else the environment variable of that name. */
  readonly resolveSecret?: ((name: string) => string) | undefined;
  /** Replaces secret values in text of providers. Default: only the key and headers of the request are replaced, by `…`. */
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
