import { IceError, type LanguageModelService } from "@ice/core";
import { Catalog } from "./catalog/catalog.ts";
import { keyMissing } from "./errors/model-error.ts";
import { Connections } from "./http/connections.ts";
import { systemClock } from "./http/system-clock.ts";
import { MockModels } from "./mock/mock-model.ts";
import { checkModels } from "./options/check-models.ts";
import { defaultLimits, type LanguageModelsOptions } from "./options/models-options.ts";
import { ProviderModels, type RemoteProvider } from "./providers/provider-models.ts";

/** Language models of an owner's providers. */
export interface LanguageModels extends LanguageModelService {
  /** Ends all requests and connections. */
  close(): Promise<void>;
}

/**
 * Creates the service that `models()` provides, for programs. The package of a provider is loaded at the first request to it.
 *
 * @throws IceError `ICE_USAGE` naming a field that is not valid, with a fix.
 */
export function createLanguageModels({
  env = process.env,
  clock = systemClock,
  resolveSecret = (name) => secretFrom(env, name),
  scrub = (text) => text,
  ...options
}: LanguageModelsOptions = {}): LanguageModels {
  checkModels(options);
  const catalog = new Catalog(options, env, clock.now);
  const connections = new Connections();
  const mocks = new MockModels(clock);
  const limits = { ...defaultLimits, ...options.limits };
  const remote = new ProviderModels({ connections, limits, clock, resolveSecret, scrub });
  const hasValue = (secret: string): boolean => {
    try {
      return resolveSecret(secret) !== "";
    } catch {
      return false;
    }
  };
  return {
    describe: (name) => catalog.describe(name),
    list: () => catalog.list(hasValue),
    async generate(request, options) {
      const { provider, name } = catalog.require(request.model);
      if (provider.type === "mock") return mocks.generate(name.id, request, options);
      const missing = catalog.missingOf(provider);
      if (missing !== undefined) throw keyMissing(request.model, missing);
      return remote.generate(name.id, provider as RemoteProvider, request, options);
    },
    close: () => connections.close(),
  };
}

function secretFrom(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new IceError("ICE_SECRET_UNKNOWN", `The secret "${name}" has no value.`, {
    fix: `set the environment variable ${name}`,
    details: { name },
  });
}
