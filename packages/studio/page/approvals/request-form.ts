import type { Json, JsonObject, Task } from "../api/types.ts";
import { fieldOf, type Field } from "../forms/fields.ts";

/** The form of a request, by what it asks for. */
export function formOf({
  approvalType,
  choices,
  responseSchema,
}: Pick<Task, "approvalType" | "choices" | "responseSchema">): Field {
  if (approvalType === "choice") return fieldOf({ enum: [...choices] }, "Choice");
  if (approvalType === "input" || (approvalType === null && responseSchema !== null))
    return fieldOf(responseSchema ?? {}, "Answer");
  return { ...fieldOf({ type: "boolean" }, "Decision"), kind: "radio", options: ["approve", "reject"] };
}

/** The body that answers a request. */
export function answerBody({ approvalType }: Pick<Task, "approvalType">, form: Field, value: Json): JsonObject {
  if (approvalType === "choice") return { choice: value };
  if (approvalType === "approval" || form.options[0] === "approve") return { approved: value === "approve" };
  return { response: value };
}
