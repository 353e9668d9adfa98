import { IceError, type IceErrorCode } from "@ice/core";
import { codeOfModelStatus } from "@ice/core/internal";
import { filterWords, type Hide } from "./provider-words.ts";

/** The context of an error of a request. */
export interface ModelErrorOptions {
  /** HTTP status. */
  readonly status?: number | undefined;
  /** The filtered reason of the provider, appended to the message. */
  readonly words?: string | undefined;
  readonly fix?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** A copy, because errors of the provider packages contain the prompt. */
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

/** The error for an unsuccessful status. Below 400, only redirects are expected. */
export function statusError(model: string, status: number, options: Omit<ModelErrorOptions, "status">): IceError {
  const code = codeOfModelStatus(status);
  const happened = status >= 300 && status < 400 ? redirected : happenings[code];
  return modelError(code, model, `${happened} (HTTP ${status})`, { ...options, status, fix: fixes[code] });
}

const redirected =
  "the provider redirects; redirects are not followed, because they would send the key to another server";
const happenings = {
  ICE_MODEL_AUTH: "the provider rejected the key",
  ICE_MODEL_REJECTED: "the provider rejected the request",
  ICE_MODEL_RATE_LIMITED: "the provider limits the rate of requests",
  ICE_MODEL_UNAVAILABLE: "the provider is not available",
  ICE_MODEL_ANSWER_INVALID: "the answer of the provider has an unknown format",
} satisfies Readonly<Record<ReturnType<typeof codeOfModelStatus>, string>>;

const again = "give the node a `retryPolicy`, or the alias another model to fall back to";
const fixes = {
  ICE_MODEL_AUTH: "check the `apiKey` of the provider, or its environment variable, and the permissions of the key",
  ICE_MODEL_REJECTED: "check the name of the model, its options, and the `baseUrl` of the provider",
  ICE_MODEL_RATE_LIMITED: again,
  ICE_MODEL_UNAVAILABLE: again,
  ICE_MODEL_ANSWER_INVALID: "check that the server at the `baseUrl` of the provider uses the format of its `type`",
} satisfies Readonly<Record<keyof typeof happenings, string>>;

/** The error for a missing setting, before anything is sent. */
export function keyMissing(
  model: string,
  { message, fix }: { readonly message: string; readonly fix: string },
): IceError {
  return modelError("ICE_MODEL_KEY_MISSING", model, message.replace(/\.$/, ""), { fix });
}

/** A copy of an error with only its name, code and message, and those of its causes. */
export function copyOf(error: unknown, hide: Hide, depth = 0): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = depth < 3 ? copyOf(error.cause, hide, depth + 1) : undefined;
  const copy = new Error(filterWords(error.message, hide), inner === undefined ? undefined : { cause: inner });
  copy.name = error.name;
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? Object.assign(copy, { code }) : copy;
}
