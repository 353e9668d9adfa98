/** Providers that work without configuration: the variables that hold their key, and a small model of each. In the order of preference. */
export const keyedProviders = {
  openai: { variables: ["OPENAI_API_KEY"], small: "openai/gpt-5.4-mini" },
  anthropic: { variables: ["ANTHROPIC_API_KEY"], small: "anthropic/claude-haiku-4-5" },
  google: { variables: ["GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"], small: "google/gemini-3.5-flash-lite" },
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference to the key in the environment; an empty variable is absent. */
export function keyFrom(env: Environment, provider: string): string | undefined {
  const variable = variablesOf(provider).find((name) => (env[name] ?? "") !== "");
  return variable === undefined ? undefined : `secret://${variable}`;
}

/** Variables that may hold the key of a provider. */
export const variablesOf = (provider: string): readonly string[] =>
  Object.hasOwn(keyedProviders, provider) ? keyedProviders[provider as keyof typeof keyedProviders].variables : [];
