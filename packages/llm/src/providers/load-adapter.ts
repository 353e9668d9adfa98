import type { ProviderType } from "../options/models-options.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Adapter } from "./adapter.ts";

/** Creates an adapter for one request. */
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

/** The names under which adapters accept their own options. */
export const optionNamespaces = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  "openai-compatible": "compatible",
} satisfies Record<ProviderType, string>;

/**
 * The package of a provider, loaded at the first request, which takes 40 to 110 ms. The address is always passed, because a package
 * would otherwise read it from its own environment variable.
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
        baseURL: baseUrl!, // required by the check of the options
        includeUsage: true,
        supportsStructuredOutputs: structuredOutputs,
        ...common(options),
      }).chatModel(id);
  },
};

const common = ({ apiKey, headers, exchange }: Pick<AdapterOptions, "apiKey" | "headers" | "exchange">) => ({
  ...(apiKey !== undefined && { apiKey }),
  headers: { ...headers },
  // Both implement the parts of standard `fetch` that adapters use.
  fetch: exchange.fetch as unknown as typeof globalThis.fetch,
});
