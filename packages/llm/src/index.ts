// For workflows: a plugin
export { models } from "./models-plugin.ts";
// For programs
export { createLanguageModels, type LanguageModels } from "./create-language-models.ts";
// What both take
export type {
  LanguageModelsOptions,
  ModelLimits,
  ModelsOptions,
  Price,
  ProviderOptions,
} from "./options/models-options.ts";
// What a configuration is checked with
export { checkModels } from "./options/check-models.ts";
export { modelsSchema } from "./options/models-schema.ts";
