/** Codes of requests that a provider answers without success. */
type StatusCode =
  | "ICE_MODEL_AUTH"
  | "ICE_MODEL_REJECTED"
  | "ICE_MODEL_RATE_LIMITED"
  | "ICE_MODEL_UNAVAILABLE"
  | "ICE_MODEL_ANSWER_INVALID";

/** The code of a request to a model whose answer has this HTTP status, other than 200. Redirects are not followed. */
export function codeOfModelStatus(status: number): StatusCode {
  if (status === 401 || status === 403) return "ICE_MODEL_AUTH";
  if (status === 429) return "ICE_MODEL_RATE_LIMITED";
  if (status >= 500 || [408, 409, 425].includes(status)) return "ICE_MODEL_UNAVAILABLE";
  return status >= 300 ? "ICE_MODEL_REJECTED" : "ICE_MODEL_ANSWER_INVALID";
}
