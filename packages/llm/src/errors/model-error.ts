import { IceError, type IceErrorCode } from "@ice/core";
import { filterWords, type Hide } from "./provider-words.ts";

/** What an error of a request says besides what happened. */
export interface ModelErrorOptions {
  /** HTTP status. */
  readonly status?: number | undefined;
  /** What the provider said, filtered; the message ends with it. */
  readonly words?: string | undefined;
  readonly fix?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** A copy: errors of the provider packages hold the prompt. */
  readonly cause?: unknown;
}

const retryable: ReadonlySet<string> = new Set<IceErrorCode>([
  "ICE_MODEL_RATE_LIMITED",
  "ICE_MODEL_UNAVAILABLE",
  "ICE_MODEL_ANSWER_INVALID",
  "ICE_MODEL_OBJECT_INVALID",
]);

/** An error of a request to a model. `retryable` follows from the code. */
export function modelError(
  code: IceErrorCode,
  model: string,
  happened: string,
  { status, words = "", fix, retryAfterMs, cause }: ModelErrorOptions = {},
): IceError {
  const isRetryable = retryable.has(code);
  return new IceError(code, `${model}: ${happened}${words === "" ? "" : `: ${words}`}`, {
    details: { model, ...(status !== undefined && { status }) },
    retryable: isRetryable,
    fix,
    retryAfterMs: isRetryable ? retryAfterMs : undefined,
    cause,
  });
}

/** The error for a status that is no success. Of those below 400 only redirects are expected. */
export function statusError(model: string, status: number, options: Omit<ModelErrorOptions, "status">): IceError {
  const [code, happened] = meaningOf(status);
  return modelError(code, model, `${happened} (HTTP ${status})`, { ...options, status, fix: fixes[code] });
}

function meaningOf(status: number): readonly [keyof typeof fixes, string] {
  if (status >= 300 && status < 400)
    return ["ICE_MODEL_REJECTED", "the provider redirects, which is not followed: the key would go to another server"];
  if (status === 401 || status === 403) return ["ICE_MODEL_AUTH", "the provider refuses the key"];
  if (status === 429) return ["ICE_MODEL_RATE_LIMITED", "the provider asks for fewer requests"];
  if (status >= 500 || [408, 409, 425].includes(status))
    return ["ICE_MODEL_UNAVAILABLE", "the provider is not available"];
  if (status >= 400) return ["ICE_MODEL_REJECTED", "the provider refuses the request"];
  return ["ICE_MODEL_ANSWER_INVALID", "the provider answers in no known format"];
}

const again = "give the node a `retryPolicy`, or the alias another model to go on with";
const fixes = {
  ICE_MODEL_AUTH: "check the `apiKey` of the provider, or its variable, and what the key may use",
  ICE_MODEL_REJECTED: "check the name of the model, its options, and the `baseUrl` of the provider",
  ICE_MODEL_RATE_LIMITED: again,
  ICE_MODEL_UNAVAILABLE: again,
  ICE_MODEL_ANSWER_INVALID: "check that the `baseUrl` of the provider speaks the format of its `type`",
} satisfies Partial<Record<IceErrorCode, string>>;

/** What is missing before anything is sent. */
export function keyMissing(
  model: string,
  { message, fix }: { readonly message: string; readonly fix: string },
): IceError {
  return modelError("ICE_MODEL_KEY_MISSING", model, message.replace(/\.$/, ""), { fix });
}

/** A copy of an error with its name, code and message, and those of its causes, without what else it holds. */
export function copyOf(error: unknown, hide: Hide, depth = 0): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = depth < 3 ? copyOf(error.cause, hide, depth + 1) : undefined;
  const copy = new Error(filterWords(error.message, hide), inner === undefined ? undefined : { cause: inner });
  copy.name = error.name;
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code }) : copy;
}
