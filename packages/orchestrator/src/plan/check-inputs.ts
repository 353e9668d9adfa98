import { IceError, type Issue, type Json, type JsonObject } from "@ice/core";
import { articled, normalizeJsonInTurns, shorten, toPointer, type Keys, type TimeSlice } from "@ice/core/internal";
import type { Plan } from "./plan.ts";

/**
 * Checks inputs against the declaration of the workflow and applies defaults; in turns of the event loop, because they may be
 * large.
 *
 * @throws IceError `ICE_INPUT_INVALID` with `details.issues`, each with a pointer into the inputs.
 */
export async function checkInputs(plan: Plan, inputs: JsonObject, slice: TimeSlice): Promise<JsonObject> {
  try {
    const given = objectIn(plan, await normalizeJsonInTurns(inputs, slice));
    if (plan.inputs === undefined) return given;
    const result = await plan.inputs.validateInTurns(given, slice);
    if (!result.ok) throw invalidInputs(plan, result.issues);
    return (await normalizeJsonInTurns(result.value, slice)) as JsonObject;
  } catch (error) {
    throw inInputs(plan, error);
  }
}

function objectIn(plan: Plan, given: Json): JsonObject {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as JsonObject;
  throw invalidInputs(plan, [{ keys: [], message: `must be an object, but are ${kindOf(given)}` }]);
}

const kindOf = (given: Json): string =>
  given === null ? "null" : Array.isArray(given) ? "a list" : articled(typeof given);

/** Inputs must be JSON too. */
function inInputs(plan: Plan, error: unknown): unknown {
  if (!IceError.is(error) || error.code !== "ICE_OUTPUT_NOT_JSON") return error;
  const keys = error.details["path"] as Keys;
  return invalidInputs(plan, [{ keys, message: String(error.details["problem"]) }]);
}

function invalidInputs(plan: Plan, problems: readonly { readonly keys: Keys; readonly message: string }[]): IceError {
  const issues: Issue[] = problems.map(({ keys, message }) => ({
    code: "ICE_INPUT_INVALID",
    severity: "error",
    path: `/inputs${toPointer(keys)}`,
    message: `${keys.length === 0 ? "the inputs" : `input \`${shorten(keys.join("."))}\``} ${message}`,
    fix: "pass inputs that match the workflow's `inputs` schema",
  }));
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new IceError(
    "ICE_INPUT_INVALID",
    `The inputs of workflow "${plan.view.name}" are not valid: ${issues[0]?.message}${more}.`,
    {
      fix: "pass inputs that match the workflow's `inputs` schema",
      details: { issues },
    },
  );
}
