import {
  IceError,
  normalizeJson,
  shorten,
  toPointer,
  type Issue,
  type Json,
  type JsonObject,
  type SchemaResult,
  type TimeSlice,
} from "@ice/core";
import type { Plan } from "./plan.ts";

/**
 * Inputs as the workflow declares them, defaults applied.
 *
 * @throws IceError `ICE_INPUT_INVALID` with `details.issues`, each with a pointer into the inputs.
 */
export function checkInputs(plan: Plan, inputs: JsonObject): JsonObject {
  const given = givenInputs(plan, inputs);
  return plan.inputs === undefined ? given : checkedInputs(plan, plan.inputs.validate(given));
}

/** The same, in turns of the event loop: the inputs of a run may be large. */
export async function checkInputsInTurns(plan: Plan, inputs: JsonObject, slice: TimeSlice): Promise<JsonObject> {
  const given = givenInputs(plan, inputs);
  return plan.inputs === undefined ? given : checkedInputs(plan, await plan.inputs.validateInTurns(given, slice));
}

function givenInputs(plan: Plan, inputs: JsonObject): JsonObject {
  const given = asJson(plan, inputs) as JsonObject;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw invalidInputs(plan, [{ path: [], message: "inputs must be an object" }]);
  return given;
}

function checkedInputs(plan: Plan, result: SchemaResult): JsonObject {
  if (result.ok) return normalizeJson(result.value) as JsonObject;
  throw invalidInputs(plan, result.issues);
}

function asJson(plan: Plan, inputs: JsonObject): Json {
  try {
    return normalizeJson(inputs);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    const path = error.details["path"] as readonly (string | number)[];
    throw invalidInputs(plan, [{ path, message: String(error.details["problem"]) }]);
  }
}

function invalidInputs(
  plan: Plan,
  problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
): IceError {
  const issues: Issue[] = problems.map(({ path, message }) => ({
    code: "ICE_INPUT_INVALID",
    severity: "error",
    path: `/inputs${toPointer(path)}`,
    message: `input ${path.length === 0 ? "" : `\`${shorten(path.join("."))}\` `}${message}`,
    fix: "give inputs that match the workflow's `inputs` schema",
  }));
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new IceError(
    "ICE_INPUT_INVALID",
    `The inputs of workflow "${plan.view.name}" are not valid: ${issues[0]?.message}${more}.`,
    {
      fix: "give inputs that match the workflow's `inputs` schema",
      details: { issues },
    },
  );
}
