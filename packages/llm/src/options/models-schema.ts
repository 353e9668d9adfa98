import { z } from "zod";
import {
  providerTypes,
  type ModelLimits,
  type ModelsOptions,
  type Price,
  type ProviderOptions,
} from "./models-options.ts";

/** A schema for each field of a type. */
type FieldsOf<Type> = Readonly<Record<keyof Type, z.ZodType>>;

const text = z.string().min(1);
const dollars = z.number().min(0).max(1e6);
const bytes = z
  .number()
  .int()
  .min(1)
  .max(2 ** 30)
  .optional();

const provider = {
  type: z
    .enum(providerTypes)
    .optional()
    .describe("the wire format: openai, anthropic, google or openai-compatible; default the id of the provider"),
  baseUrl: z
    .url({ protocol: /^https?$/, error: "must be an address with http:// or https://" })
    .optional()
    .describe("where the models are: https://example.com/v1; default that of the service"),
  apiKey: text.optional().describe("the key, or `secret://NAME`; default from the environment"),
  headers: z.record(text, text).optional().describe("headers of each request; a value may be `secret://NAME`"),
  api: z
    .enum(["responses", "chat"])
    .optional()
    .describe("which interface of OpenAI: responses or chat; default responses"),
  structuredOutputs: z
    .boolean()
    .optional()
    .describe("whether an openai-compatible server takes JSON Schemas; default true"),
  options: z
    .array(text)
    .optional()
    .describe("names that blueprints may use in `llmConfig` besides the standard ones; default none"),
} satisfies FieldsOf<ProviderOptions>;

const price = {
  input: dollars.describe("USD for a million tokens of input"),
  output: dollars.describe("USD for a million tokens of output"),
  cachedInput: dollars.optional().describe("USD for a million tokens of input that were cached; default `input`"),
} satisfies FieldsOf<Price>;

const limits = {
  textBytes: bytes.describe("the most bytes of an answer; default 4 MiB"),
  requestBytes: bytes.describe("the most bytes of a request; default 4 MiB"),
  idleSeconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe("the most seconds in which nothing comes from a provider; default 300"),
  toolResultBytes: bytes.describe("the most bytes of a tool's result that a model is shown; default 64 KiB"),
} satisfies FieldsOf<ModelLimits>;

/** `models` of a configuration. Descriptions say what to give a field; they are part of fixes. */
export const modelsSchema = z.strictObject({
  providers: z
    .record(text, z.strictObject(provider))
    .optional()
    .describe("an object: id of a provider → { type, baseUrl, apiKey, … }"),
  aliases: z
    .record(text, z.union([text, z.array(text).min(1).max(16)]))
    .optional()
    .describe("an object: name → a model (`provider/model`), or a list of models that are tried in order"),
  prices: z
    .record(
      text,
      z.union([
        z.strictObject(price),
        z.custom((value) => typeof value === "function", "must be an object or a function"),
      ]),
    )
    .optional()
    .describe(
      "an object: `provider/model` or `provider/*` → { input, output, cachedInput } in USD for a million tokens",
    ),
  limits: z.strictObject(limits).optional().describe("an object with bounds on requests and answers"),
} satisfies FieldsOf<ModelsOptions>);
