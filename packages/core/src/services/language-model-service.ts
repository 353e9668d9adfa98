import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Answers prompts of `llm` nodes and inline agents. The package that provides it brings the contract; here it is only looked for. */
export const LanguageModelService: ServiceKey<unknown> = serviceKey("languageModelService");
