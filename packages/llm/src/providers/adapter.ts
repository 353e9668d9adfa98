import type {
  JSONValue,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";

// The only place that depends on the version of the interface between ice and the provider packages.
export type Adapter = LanguageModelV4;
export type CallOptions = LanguageModelV4CallOptions;
export type Prompt = LanguageModelV4Prompt;
export type ToolOutput = LanguageModelV4ToolResultOutput;
export type JsonValue = JSONValue;
export type StreamPart = LanguageModelV4StreamPart;
export type ProviderMetadata = NonNullable<Extract<StreamPart, { type: "finish" }>["providerMetadata"]>;
