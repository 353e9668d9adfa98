import type { Json, JsonObject, ModelRequest } from "@ice/core";
import { didYouMean, firstProblemOf, listNames } from "@ice/core/internal";
import type { Provider } from "../catalog/catalog.ts";
import { modelError } from "../errors/model-error.ts";
import type { ProviderType } from "../options/models-options.ts";
import { standardOptions, standardOptionsSchema } from "../options/standard-options.ts";
import type { CallOptions } from "./adapter.ts";
import { isClosed } from "./closed-schema.ts";
import { optionNamespaces } from "./load-adapter.ts";
import { structuredAnswer, systemWithSchema, type StructuredAnswer } from "./structured-answer.ts";
import { toPrompt } from "./to-prompt.ts";

/** Anthropic requires a bound, and its adapter would use the maximum of the model: 128,000 tokens. */
const anthropicMaxTokens = 4096;

/** A request in the form of an adapter. */
export interface Call {
  readonly options: CallOptions;
  readonly structured: StructuredAnswer | undefined;
}

/** @throws IceError `ICE_MODEL_REJECTED` for an option that the owner has not allowed. */
export function toCall(request: ModelRequest, provider: Provider & { readonly type: ProviderType }): Call {
  const { system, messages, tools = [], jsonSchema, temperature, maxTokens } = request;
  const { type, structuredOutputs = true } = provider;
  const { standard, own } = splitOptions(request, provider);
  const inWords = type === "openai-compatible" && !structuredOutputs;
  const structured = jsonSchema === undefined ? undefined : structuredAnswer(jsonSchema, inWords);
  const instructions = structured?.inWords === true ? systemWithSchema(system, structured) : system;
  const isOpenAI = type === "openai";
  const strictness =
    structured !== undefined && (isOpenAI || type === "openai-compatible")
      ? { strictJsonSchema: isClosed(structured.schema) }
      : {};
  const options: CallOptions = {
    prompt: toPrompt(instructions, messages, provider.id),
    ...standard,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(maxTokens === undefined && type === "anthropic" && { maxOutputTokens: anthropicMaxTokens }),
    ...(structured?.inWords === false && {
      responseFormat: { type: "json", schema: structured.schema as object, name: "answer" },
    }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function",
        name,
        description,
        inputSchema: parameters as object,
        // The service refuses a strict schema that is not closed.
        ...(isOpenAI && { strict: isClosed(parameters) }),
      })),
    }),
    // Without `store: false`, earlier parts would be sent as references to items stored at OpenAI.
    providerOptions: {
      [optionNamespaces[type]]: { ...(isOpenAI && { store: false }), ...strictness, ...own },
    },
  };
  return { options, structured };
}

function splitOptions({ model, options = {} }: ModelRequest, provider: Provider) {
  const allowed = new Set(provider.options);
  const own: Record<string, Json> = {};
  const standard: Record<string, Json> = {};
  for (const [name, value] of Object.entries(options))
    if (standardOptions.has(name)) standard[name] = value;
    else if (allowed.has(name)) own[name] = value;
    else throw notAllowed(model, name, allowed, provider.id);
  const { data, error } = standardOptionsSchema.safeParse(standard);
  if (error === undefined) return { standard: data as Partial<CallOptions>, own: own as JsonObject };
  throw modelError(
    "ICE_MODEL_REJECTED",
    model,
    `\`llmConfig\`: ${firstProblemOf(error, standardOptionsSchema, standard)}`,
    { fix: "correct or remove it" },
  );
}

function notAllowed(model: string, name: string, allowed: ReadonlySet<string>, provider: string) {
  const known = [...standardOptions, ...allowed];
  const near = didYouMean(name, known);
  return modelError("ICE_MODEL_REJECTED", model, `\`llmConfig\` may not contain \`${name.slice(0, 80)}\``, {
    fix: `${near === "" ? `allow it with models.providers.${provider}.options` : near} (allowed: ${listNames(known)})`,
  });
}
