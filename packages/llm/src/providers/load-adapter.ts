import type { ProviderType } from "../options/models-options.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Adapter } from "./adapter.ts";

/** How an adapter is made for one request. */
interface AdapterOptions {
  readonly id: string;
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly api: "responses" | "chat";
  readonly structuredOutputs: boolean;
  readonly exchange: Exchange;
}

type MakeAdapter = (options: AdapterOptions) => Adapter;

/** The names under which adapters take options of their own. */
export const optionNamespaces = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  "openai-compatible": "compatible",
} satisfies Record<ProviderType, string>;

/**
 * The package of a provider, loaded at the first request: that takes 40 to 110 ms. The address is always given, because a package
 * would take it from its own environment variable.
 */
export const adapterLoaders: Readonly<Record<ProviderType, () => Promise<MakeAdapter>>> = {
  async openai() {
    const { createOpenAI } = await import("@ai-sdk/openai");
    return ({ id, baseUrl = "https://api.openai.com/v1", api, ...options }) =>
      createOpenAI({ baseURL: baseUrl, ...common(options) })[api](id);
  },
  async anthropic() {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return ({ id, baseUrl = "https://api.anthropic.com/v1", ...options }) =>
      createAnthropic({ baseURL: baseUrl, ...common(options) })(id);
  },
  async google() {
    const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
    return ({ id, baseUrl = "https://generativelanguage.googleapis.com/v1beta", ...options }) =>
      createGoogleGenerativeAI({ baseURL: baseUrl, ...common(options) })(id);
  },
  async "openai-compatible"() {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    return ({ id, baseUrl, structuredOutputs, ...options }) =>
      createOpenAICompatible({
        name: optionNamespaces["openai-compatible"],
        baseURL: baseUrl!, // the options were checked: it is required
        includeUsage: true,
        supportsStructuredOutputs: structuredOutputs,
        ...common(options),
      }).chatModel(id);
  },
};

const common = ({ apiKey, headers, exchange }: Pick<AdapterOptions, "apiKey" | "headers" | "exchange">) => ({
  ...(apiKey !== undefined && { apiKey }),
  headers: { ...headers },
  // Both are the `fetch` of the standard, as far as an adapter uses it.
  fetch: exchange.fetch as unknown as typeof globalThis.fetch,
});
