import type { Attributes } from "@opentelemetry/api";
import { conventions } from "./names.ts";

/** Names of providers in the conventions, where they differ from those of ice. */
const providers: Readonly<Record<string, string>> = { google: "gcp.gemini", mistral: "mistral_ai", xai: "x_ai" };

/** Finish reasons in the conventions, where they differ from those of ice. */
const reasons: Readonly<Record<string, string>> = { "content-filter": "content_filter", "tool-calls": "tool_call" };

/** What identifies the model of a request. @param name - `provider/model`. */
export function modelAttributes(name: string): Attributes {
  const slash = name.indexOf("/");
  const provider = name.slice(0, Math.max(0, slash));
  return {
    [conventions.operationName]: "chat",
    [conventions.providerName]: (Object.hasOwn(providers, provider) && providers[provider]) || provider || "_OTHER",
    [conventions.requestModel]: name.slice(slash + 1),
  };
}

/** Why a model stopped, in the terms of the conventions. */
export const finishReason = (reason: string): string => (Object.hasOwn(reasons, reason) && reasons[reason]) || reason;
