import { definePlugin, LanguageModelService, SecretService } from "@ice/core";
import { createLanguageModels } from "./create-language-models.ts";
import type { LanguageModelsOptions } from "./options/models-options.ts";

/**
 * Provides the models of the owner's providers to workflows. Without options: `openai`, `anthropic` and `google`, if their key
 * is in the environment, and the built-in `mock/…`.
 */
export const models = definePlugin<LanguageModelsOptions | undefined>({
  name: "@ice/llm",
  apiVersion: 1,
  needs: [SecretService],
  setup(host, options) {
    const secrets = host.use(SecretService);
    const service = createLanguageModels({
      resolveSecret: (name) => secrets.resolve(name),
      scrub: (text) => secrets.scrub(text),
      ...options,
    });
    host.provide(LanguageModelService, service);
    host.onClose(() => service.close());
  },
});
