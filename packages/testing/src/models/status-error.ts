import { IceError, type IceErrorCode } from "@ice/core";
import type { ScriptedReply } from "./scripted-reply.ts";

/** The error of a request that a provider answers with a status of 400 or more, as `@ice/llm` reports it. */
export function statusError(model: string, status: number, { headers = {}, body }: ScriptedReply): IceError {
  const code = codeOf(status);
  const retryable = code === "ICE_MODEL_RATE_LIMITED" || code === "ICE_MODEL_UNAVAILABLE";
  const said = body === undefined ? "" : `: ${typeof body === "string" ? body : JSON.stringify(body)}`;
  return new IceError(code, `${model}: the script answers with HTTP ${status}${said}`, {
    details: { model, status },
    retryable,
    retryAfterMs: retryable ? retryAfterMs(headers) : undefined,
  });
}

/** The error of a connection that is lost in the middle of an answer. */
export const cutError = (model: string): IceError =>
  new IceError("ICE_MODEL_UNAVAILABLE", `${model}: the script ends the connection in the middle of the answer`, {
    details: { model },
    retryable: true,
  });

function codeOf(status: number): IceErrorCode {
  if (status === 401 || status === 403) return "ICE_MODEL_AUTH";
  if (status === 429) return "ICE_MODEL_RATE_LIMITED";
  return status >= 500 || [408, 409, 425].includes(status) ? "ICE_MODEL_UNAVAILABLE" : "ICE_MODEL_REJECTED";
}

function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Number(value)]));
  const seconds = lower.get("retry-after");
  return lower.get("retry-after-ms") ?? (seconds === undefined ? undefined : 1000 * seconds);
}
