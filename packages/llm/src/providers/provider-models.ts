import type { Clock, GenerateOptions, ModelAnswer, ModelRequest } from "@ice/core";
import { fillSecrets } from "@ice/core/internal";
import type { Provider } from "../catalog/catalog.ts";
import type { Connections } from "../http/connections.ts";
import type { Hide } from "../errors/provider-words.ts";
import { Exchange } from "../http/exchange.ts";
import type { ModelLimits, ProviderType } from "../options/models-options.ts";
import { adapterError } from "./adapter-error.ts";
import { toCall } from "./call-options.ts";
import { adapterLoaders } from "./load-adapter.ts";
import { readAnswer } from "./read-answer.ts";
import { unwrap } from "./structured-answer.ts";

/** A provider that is reached over HTTP. */
export type RemoteProvider = Provider & { readonly type: ProviderType };

export interface ProviderModelsOptions {
  readonly connections: Connections;
  readonly limits: Required<ModelLimits>;
  readonly clock: Clock;
  readonly resolveSecret: (name: string) => string;
  /** Replaces secret values in a text. */
  readonly scrub: Hide;
}

/** Shorter values are not keys, and replacing them would garble ordinary words. */
const shortestSecret = 8;

/** Sends requests to models of providers: one request for each call, always streamed, never repeated. */
export class ProviderModels {
  readonly #options: ProviderModelsOptions;

  constructor(options: ProviderModelsOptions) {
    this.#options = options;
  }

  /** @param id - the provider's name of the model. */
  async generate(
    id: string,
    provider: RemoteProvider,
    request: ModelRequest,
    { signal, onText }: GenerateOptions,
  ): Promise<ModelAnswer> {
    signal.throwIfAborted();
    const { model } = request;
    const call = toCall(request, provider);
    const { connections, limits, clock } = this.#options;
    const secrets: string[] = [];
    const apiKey = provider.apiKey === undefined ? undefined : this.#resolve(provider.apiKey, secrets);
    const headers = Object.fromEntries(
      Object.entries(provider.headers ?? {}).map(([name, value]) => [name, this.#resolve(value, secrets)]),
    );
    const hidden = [apiKey ?? "", ...Object.values(headers), ...secrets].filter(
      (text) => text.length >= shortestSecret,
    );
    const { scrub } = this.#options;
    const hide: Hide = (text) => hidden.reduce((shown, value) => shown.replaceAll(value, "…"), scrub(text));
    const makeAdapter = await adapterLoaders[provider.type]();
    const exchange = new Exchange({ model, signal, connections, limits, clock, hide });
    try {
      const { api = "responses", structuredOutputs = true, baseUrl } = provider;
      const adapter = makeAdapter({ id, baseUrl, apiKey, headers, api, structuredOutputs, exchange });
      const { structured, options } = call;
      const { stream } = await adapter.doStream({ ...options, abortSignal: exchange.signal });
      const holdsText = structured !== undefined && (structured.isWrapped || structured.inWords);
      const answer = await readAnswer(stream, {
        provider: provider.id,
        onText: holdsText ? undefined : onText,
        maxBytes: limits.textBytes,
        tooLong: () => exchange.fail(exchange.tooLong()),
      });
      // A connection that breaks after the end has been read has no effect; one that breaks before is incomplete.
      signal.throwIfAborted();
      if (structured === undefined) return answer;
      const unwrapped = unwrap(answer, structured);
      if (holdsText && unwrapped.text !== "") onText?.(unwrapped.text);
      return unwrapped;
    } catch (error) {
      signal.throwIfAborted();
      throw exchange.failure ?? adapterError(error, { model, hide, isSent: exchange.isSent });
    } finally {
      exchange.close();
    }
  }

  /** Resolves the secrets that a text refers to. @param secrets - receives their values. */
  #resolve(text: string, secrets: string[]): string {
    const filled = fillSecrets(text, (name) => {
      const value = this.#options.resolveSecret(name).trim(); // a key from a file ends with a line feed, which no header may hold
      secrets.push(value);
      return value;
    });
    return filled.trim();
  }
}
