import { IceError } from "@ice/core";
import { codeOfModelStatus, quotedWords, retryAfterMs } from "@ice/core/internal";
import type { ScriptedReply } from "./scripted-reply.ts";

/**
 * The error of a request that a provider answers with a status of 300 or more, as `@ice/llm` reports it.
 *
 * @param nowMs - epoch milliseconds, for a `retry-after` that is a date.
 */
export function statusError(
  model: string,
  status: number,
  { headers = {}, body }: ScriptedReply,
  nowMs: number,
): IceError {
  const code = codeOfModelStatus(status);
  const retryable = code !== "ICE_MODEL_AUTH" && code !== "ICE_MODEL_REJECTED";
  const said = body === undefined ? "" : `: ${quotedWords(typeof body === "string" ? body : JSON.stringify(body))}`;
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return new IceError(code, `${model}: the script answers with HTTP ${status}${said}`, {
    details: { model, status },
    retryable,
    retryAfterMs: retryable ? retryAfterMs((name) => lower.get(name), nowMs) : undefined,
  });
}

/** The error of a connection that is lost in the middle of an answer. */
export const cutError = (model: string): IceError =>
  new IceError("ICE_MODEL_UNAVAILABLE", `${model}: the script ends the connection in the middle of the answer`, {
    details: { model },
    retryable: true,
  });
