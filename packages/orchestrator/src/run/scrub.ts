import { inspect } from "node:util";
import { IceError, messageOf, type Json, type JsonObject, type SecretService } from "@ice/core";
import {
  andThen,
  finish,
  finishInTurns,
  normalizeJsonInTurns,
  replaceTexts,
  type TextReplacement,
  type TimeSlice,
} from "@ice/core/internal";
import { jsonCopy, toIceError } from "./failure.ts";

/** What replaces values of secrets in what enters a run. */
export type Scrubber = Pick<SecretService, "active" | "scrub">;

/** Values of secrets have at least 8 characters, however they are written. */
export const replacementOf = (secrets: Scrubber): TextReplacement => ({
  replace: (text) => secrets.scrub(text),
  shortest: 8,
});

/** A value that enters a run, without the values of secrets: what a tool, a model or an executor has returned. */
export function scrubbed(secrets: Scrubber, value: Json, slice: TimeSlice): Json | Promise<Json> {
  if (!secrets.active) return value;
  const shown = finishInTurns(replaceTexts(value, replacementOf(secrets)), slice);
  return andThen(shown, (result) => (result === value ? value : normalizeJsonInTurns(result, slice)));
}

/** The data of an event, as a copy. What is no JSON is left out. */
export function scrubbedData<Data extends object>(secrets: Scrubber, data: Data): Data {
  if (!secrets.active) return data;
  return finish(replaceTexts(jsonCopy(data) ?? {}, replacementOf(secrets))) as Data;
}

/** An error that enters a run: the error itself, if none of its texts holds the value of a secret. */
export function scrubbedError(secrets: Scrubber, error: IceError): IceError {
  if (!secrets.active) return error;
  const scrub = (text: string): string => secrets.scrub(text);
  const { code, retryable, retryAfterMs, path } = error;
  const message = scrub(error.message);
  const fix = error.fix === undefined ? undefined : scrub(error.fix);
  const given = jsonCopy(error.details) ?? {};
  const details = finish(replaceTexts(given, replacementOf(secrets))) as JsonObject;
  const cause = scrubbedCause(error.cause, scrub);
  const isSame = message === error.message && fix === error.fix && details === given && cause === error.cause;
  return isSame ? error : new IceError(code, message, { fix, details, cause, retryable, retryAfterMs, path });
}

/** The same for what was thrown, whatever it is. */
export function scrubbedThrown(secrets: Scrubber, thrown: unknown): unknown {
  if (!secrets.active) return thrown;
  const error = toIceError(thrown);
  const shown = scrubbedError(secrets, error);
  return shown === error ? thrown : shown;
}

const maxCauses = 8;

/** A copy of the texts of a cause, if there is a secret in it. */
function scrubbedCause(cause: unknown, scrub: (text: string) => string, depth = 0): unknown {
  if (cause === undefined) return undefined;
  if (!(cause instanceof Error)) {
    const text = messageOf(cause);
    const shown = scrub(text);
    return shown === text ? cause : shown;
  }
  const { name, message, stack = "" } = cause;
  const inner = depth < maxCauses ? scrubbedCause(cause.cause, scrub, depth + 1) : undefined;
  const isClean = [message, stack, inspect(cause, { maxStringLength: null })].every((text) => scrub(text) === text);
  if (isClean && inner === cause.cause) return cause;
  const copy = new Error(scrub(message), inner === undefined ? undefined : { cause: inner });
  return Object.assign(copy, { name, stack: scrub(stack) });
}
