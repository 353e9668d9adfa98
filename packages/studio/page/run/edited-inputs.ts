import type { Json, JsonObject } from "../api/types.ts";
import { enteredOf, type Entered, type Field } from "../forms/fields.ts";

/** Longer inputs are data of a program, and a form of so many fields would be slow. Characters of JSON. */
const maxEditable = 16_384;

/** What a form contains for the inputs of a run; undefined if they are too long to be edited. */
export const editableInputs = (form: Field, inputs: JsonObject): Entered | undefined =>
  JSON.stringify(inputs).length > maxEditable ? undefined : enteredOf(form, inputs);

/** The inputs after they were edited: those that the form has no field for stay. */
export function mergedInputs(form: Field, inputs: JsonObject, value: Json | undefined): JsonObject {
  if (form.kind !== "group") return (value ?? {}) as JsonObject;
  const edited = new Set(form.fields.map(({ key }) => key));
  const rest = Object.entries(inputs).filter(([key]) => !edited.has(key));
  return { ...Object.fromEntries(rest), ...(value as JsonObject | undefined) };
}
