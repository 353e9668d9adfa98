import { IceError, type Json, type JsonObject, type ModelAnswer } from "@ice/core";
import { compileJsonSchema, readJsonData, toPointer, type TimeSlice } from "@ice/core/internal";

/**
 * The value of a structured answer, defaults applied, whatever the provider has promised about it.
 *
 * @throws IceError `ICE_MODEL_OBJECT_INVALID`, which is retried: it was cut, is no JSON, or does not match.
 */
export async function structuredAnswer(
  { text, finishReason }: Pick<ModelAnswer, "text" | "finishReason">,
  schema: JsonObject,
  model: string,
  slice: TimeSlice,
): Promise<Json> {
  if (finishReason === "length") throw invalid(model, "was cut off: it reached `maxTokens`");
  const read = readJsonData(text);
  if ("problem" in read) throw invalid(model, read.problem, read.cause);
  const result = await compileJsonSchema(schema).validateInTurns(read.value, slice);
  if (result.ok) return result.value;
  const [problem] = result.issues;
  const place = problem === undefined || problem.keys.length === 0 ? "" : ` at ${toPointer(problem.keys)}`;
  throw invalid(model, `does not match its schema${place}: ${problem?.message}`);
}

function invalid(model: string, what: string, cause?: unknown): IceError {
  return new IceError("ICE_MODEL_OBJECT_INVALID", `The structured answer of "${model}" ${what}.`, {
    fix: "give the node a `retryPolicy`, a larger `maxTokens`, or a simpler schema",
    retryable: true,
    details: { model },
    cause,
  });
}
