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
    .describe("the address of the models: https://example.com/v1; default that of the service"),
  apiKey: text.optional().describe("the key, or `secret://NAME`; default from the environment"),
  headers: z.record(text, text).optional().describe("headers of each request; a value may be `secret://NAME`"),
  api: z.enum(["responses", "chat"]).optional().describe("the OpenAI interface: responses or chat; default responses"),
  structuredOutputs: z
    .boolean()
    .optional()
    .describe("whether an openai-compatible server accepts JSON Schemas; default true"),
  options: z
    .array(text)
    .optional()
    .describe("names that blueprints may use in `llmConfig` besides the standard ones; default none"),
} satisfies FieldsOf<ProviderOptions>;

const price = {
  input: dollars.describe("USD per million input tokens"),
  output: dollars.describe("USD per million output tokens"),
  cachedInput: dollars.optional().describe("USD per million cached input tokens; default `input`"),
} satisfies FieldsOf<Price>;

const limits = {
  textBytes: bytes.describe("the maximum size of an answer in bytes; default 4 MiB"),
  requestBytes: bytes.describe("the maximum size of a request in bytes; default 4 MiB"),
  idleSeconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe("the maximum time in seconds without data from a provider; default 300"),
  toolResultBytes: bytes.describe(
    "the maximum size in bytes of a tool's result that is sent to a model; default 64 KiB",
  ),
} satisfies FieldsOf<ModelLimits>;

/** `models` of a configuration. Descriptions state the value of a field; they are part of fixes. */
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
    .describe("an object: `provider/model` or `provider/*` → { input, output, cachedInput } in USD per million tokens"),
  limits: z.strictObject(limits).optional().describe("an object with bounds on requests and answers"),
} satisfies FieldsOf<ModelsOptions>);
