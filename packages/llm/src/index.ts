// For workflows: a plugin
export { models } from "./models-plugin.ts";
// For programs
export { createLanguageModels, type LanguageModels } from "./create-language-models.ts";
// Options of both
export type {
  LanguageModelsOptions,
  ModelLimits,
  ModelsOptions,
  Price,
  ProviderOptions,
} from "./options/models-options.ts";
// The schema of the configuration
export { checkModels } from "./options/check-models.ts";
export { modelsSchema } from "./options/models-schema.ts";
