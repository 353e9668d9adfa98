import { IceError } from "@ice/core";
import { copyOf, modelError, statusError } from "../errors/model-error.ts";
import { filterWords, wordsOf, type Hide } from "../errors/provider-words.ts";
import { NoAnswer } from "./read-answer.ts";

export interface AdapterErrorOptions {
  readonly model: string;
  /** Replaces the keys that no message may repeat. */
  readonly hide: Hide;
  /** Whether the request has been sent; otherwise, the adapter refused it. */
  readonly isSent: boolean;
}

/** The error that an adapter throws or streams, if there was no network failure. */
export function adapterError(error: unknown, { model, hide, isSent }: AdapterErrorOptions): IceError {
  if (IceError.is(error)) return error;
  const cause = copyOf(error, hide);
  const words = error instanceof Error ? filterWords(error.message, hide) : wordsOf(error, hide);
  if (error instanceof NoAnswer) return modelError("ICE_MODEL_ANSWER_INVALID", model, words);
  if (!isSent)
    return modelError("ICE_MODEL_REJECTED", model, "the request cannot be built", {
      words,
      cause,
      fix: "change the request",
    });
  const status = statusIn(error);
  if (status !== undefined) return statusError(model, status, { words, cause });
  return modelError("ICE_MODEL_ANSWER_INVALID", model, "the answer of the provider has an unknown format", {
    words,
    cause,
  });
}

/** Errors in the middle of an answer: adapters add a status to some, others are as sent by the provider. */
function statusIn(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { statusCode, code, type, status } = error as Readonly<Record<string, unknown>>;
  const number = [statusCode, code, status].find(
    (value) => typeof value === "number" && value >= 300 && value < 600 && Number.isInteger(value),
  );
  if (number !== undefined) return number as number;
  const said = [type, code, status].filter((value) => typeof value === "string").join(" ");
  const found = meanings.find(([pattern]) => pattern.test(said))?.[1];
  // Answers that an adapter cannot read are Errors; errors of a provider are plain data.
  return found ?? (error instanceof Error ? undefined : 500);
}

const meanings: readonly (readonly [RegExp, number])[] = [
  [/rate_?limit|too_many|resource_exhausted|quota/i, 429],
  [/overloaded|unavailable/i, 503],
  [/auth|permission|api_?key/i, 401],
  [/invalid|not_found|unsupported|content_policy/i, 400],
];
