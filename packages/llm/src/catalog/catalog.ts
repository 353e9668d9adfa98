import { IceError, type ModelCatalog, type ModelDescription } from "@ice/core";
import { didYouMean, listNames, shorten } from "@ice/core/internal";
import { parseModelName, type ModelName } from "../options/model-name.ts";
import type { ModelsOptions, ProviderOptions, ProviderType } from "../options/models-options.ts";
import { costOf, type Cost } from "../prices/price-of.ts";
import { priceTable } from "../prices/price-table.ts";
import { keyedProviders, keyFrom, variablesOf, type Environment } from "./environment-keys.ts";

/** A provider, with the data that requests need. */
export interface Provider extends Omit<ProviderOptions, "type"> {
  readonly id: string;
  readonly type: ProviderType | "mock";
}

/** Providers and aliases of a configuration, and missing settings. */
export class Catalog {
  readonly #options: ModelsOptions;
  readonly #now: () => number;
  readonly #providers: ReadonlyMap<string, Provider>;

  /** @param options - checked. */
  constructor(options: ModelsOptions, env: Environment, now: () => number) {
    this.#options = options;
    this.#now = now;
    const configured = Object.entries(options.providers ?? {}).map(([id, provider]): Provider => {
      const apiKey = provider.apiKey ?? keyFrom(env, id);
      return { ...provider, id, type: provider.type ?? (id as ProviderType), apiKey };
    });
    const known = Object.keys(keyedProviders).map((id): Provider => {
      const apiKey = keyFrom(env, id);
      return { id, type: id as ProviderType, apiKey };
    });
    this.#providers = new Map(
      [...known, ...configured, { id: "mock", type: "mock" } as const].map((provider) => [provider.id, provider]),
    );
  }

  /** The models to which a name refers, in the order in which they are tried. */
  describe(name: string): [ModelDescription, ...ModelDescription[]] {
    return this.#targetsOf(name).map((model) => {
      const { provider, name } = this.require(model);
      const cost =
        costOf(model, name, this.#options.prices, this.#now()) ?? (provider.type === "mock" ? free : undefined);
      const { toolResultBytes } = this.#options.limits ?? {};
      return { model, missing: this.missingOf(provider), toolResultBytes, cost };
    }) as [ModelDescription, ...ModelDescription[]]; // one for each target: at least one
  }

  /** @throws IceError `ICE_MODEL_UNKNOWN`. */
  require(model: string): { readonly provider: Provider; readonly name: ModelName } {
    const name = parseModelName(model);
    const provider = name === undefined ? undefined : this.#providers.get(name.provider);
    if (name === undefined || provider === undefined) throw this.#unknown(model, name?.provider);
    return { provider, name };
  }

  /** @param hasValue - whether a secret has one. It is asked here, and not for each request, because it may read a file. */
  list(hasValue: (secret: string) => boolean): ModelCatalog {
    return {
      models: [...this.#providers.values()].map((provider) => {
        const missing = this.missingOf(provider) ?? missingSecretOf(provider, hasValue);
        return { provider: provider.id, ready: missing === undefined, ...(missing && { fix: missing.fix }) };
      }),
      aliases: Object.fromEntries(["default", ...this.#aliases()].map((name) => [name, this.#targetsOf(name)])),
      pricesDate: priceTable.date,
    };
  }

  #aliases(): readonly string[] {
    return Object.keys(this.#options.aliases ?? {});
  }

  #targetsOf(name: string): readonly string[] {
    const { aliases } = this.#options;
    if (aliases !== undefined && Object.hasOwn(aliases, name)) return [aliases[name]!].flat();
    if (name !== "default") return [name];
    const ready = Object.entries(keyedProviders).find(([id]) => this.missingOf(this.#providers.get(id)!) === undefined);
    return [ready?.[1].small ?? "mock/echo"];
  }

  /** The setting that a request would lack. An OpenAI-compatible server may need no key. */
  missingOf({ id, type, apiKey }: Provider): { readonly message: string; readonly fix: string } | undefined {
    if (type === "mock" || type === "openai-compatible" || apiKey !== undefined) return undefined;
    const variables = variablesOf(id);
    return {
      message: `The provider "${id}" has no key.`,
      fix: [
        ...(variables.length === 0 ? [] : [`set ${variables.join(" or ")}`]),
        `set models.providers.${id}.apiKey, for example to "secret://NAME"`,
      ].join(", or "),
    };
  }

  /** What a name without a provider may mean: `openai` is one, `gpt-5-mini` is a model of one. */
  #meant(name: string): string {
    if (this.#providers.has(name)) return `write \`${name}/MODEL\``;
    const priced = Object.keys(keyedProviders).find(
      (provider) => costOf(`${provider}/${name}`, { provider, id: name }, undefined, this.#now()) !== undefined,
    );
    return priced === undefined
      ? didYouMean(name, ["default", ...this.#aliases()])
      : `did you mean "${priced}/${shorten(name)}"?`;
  }

  #unknown(name: string, provider: string | undefined): IceError {
    const shown = `"${shorten(name)}"`;
    const ids = [...this.#providers.keys()];
    const known = `providers: ${listNames(ids)}; aliases: ${listNames(new Set(["default", ...this.#aliases()]))}`;
    if (provider !== undefined) {
      const near = didYouMean(provider, ids);
      return new IceError("ICE_MODEL_UNKNOWN", `There is no provider "${provider}" for the model ${shown}.`, {
        fix: `${near === "" ? `configure models.providers.${provider}` : near} (${known})`,
        details: { model: name },
      });
    }
    const isAlias = !name.includes("/");
    const near = isAlias ? this.#meant(name) : "";
    return new IceError(
      "ICE_MODEL_UNKNOWN",
      isAlias ? `There is no alias ${shown} for a model.` : `${shown} is not the name of a model.`,
      {
        fix: near === "" ? `write \`provider/model\`, or an alias (${known})` : `${near} (${known})`,
        details: { model: name },
      },
    );
  }
}

/** Mocks cost nothing unless the owner gives them a price, to try out what costs lead to. */
const free: Cost = () => 0;

const secretPattern = /^secret:\/\/([\w-]+)$/;

function missingSecretOf(
  { apiKey = "" }: Provider,
  hasValue: (secret: string) => boolean,
): { readonly fix: string } | undefined {
  const name = secretPattern.exec(apiKey)?.[1];
  return name === undefined || hasValue(name)
    ? undefined
    : { fix: `the secret "${name}" has no value: set the environment variable ${name}, or declare secrets.${name}` };
}
