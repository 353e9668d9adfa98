import { createRequire } from "node:module";
import { definePlugin, LanguageModelService, SecretService } from "@ice/core";
import type * as LanguageModelPackage from "@ice/llm";

type Options = NonNullable<Parameters<typeof LanguageModelPackage.createLanguageModels>[0]>;

/**
 * Provides models as `models()` of `@ice/llm` does, whose place it takes. That package is loaded at the first use, which may be the
 * validation of a blueprint: then nothing can be awaited.
 */
export const lazyModels = definePlugin<Options>({
  name: "@ice/llm",
  apiVersion: 1,
  needs: [SecretService],
  setup(host, options) {
    let loaded: LanguageModelPackage.LanguageModels | undefined;
    const secrets = host.use(SecretService);
    const models = () =>
      (loaded ??= loadPackage().createLanguageModels({
        resolveSecret: (name) => secrets.resolve(name),
        scrub: (text) => secrets.scrub(text),
        ...options,
      }));
    host.provide(LanguageModelService, {
      describe: (name) => models().describe(name),
      generate: (request, requestOptions) => models().generate(request, requestOptions),
      list: () => models().list(),
    });
    host.onClose(() => loaded?.close());
  },
});

const loadPackage = (): typeof LanguageModelPackage =>
  createRequire(import.meta.url)("@ice/llm") as typeof LanguageModelPackage;
