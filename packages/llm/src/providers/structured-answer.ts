import type { JsonObject, ModelAnswer } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";

/** How an answer with a JSON Schema is requested. */
export interface StructuredAnswer {
  /** The schema that is sent: providers accept only objects, so any other value is wrapped as `{ value }`. */
  readonly schema: JsonObject;
  readonly isWrapped: boolean;
  /** Whether the schema is part of the system message, because the provider does not accept schemas. */
  readonly inWords: boolean;
}

export function structuredAnswer(jsonSchema: JsonObject, inWords: boolean): StructuredAnswer {
  const { $schema: _, ...schema } = jsonSchema;
  const isWrapped = schema["type"] !== "object";
  return { schema: isWrapped ? wrap(schema) : schema, isWrapped, inWords };
}

/** References of the schema stay valid: its definitions stay at the root. */
function wrap({ $defs, definitions, ...value }: JsonObject): JsonObject {
  return {
    type: "object",
    properties: { value },
    required: ["value"],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  };
}

/** The system message for a provider that does not take schemas. */
export function systemWithSchema(system: string | undefined, { schema }: StructuredAnswer): string {
  const asked = `Answer with JSON only, without any other text. It must match this JSON Schema:\n${JSON.stringify(schema)}`;
  return system === undefined || system === "" ? asked : `${system}\n\n${asked}`;
}

/** The text of an answer without its wrapper. Text that is not JSON is returned unchanged. */
export function unwrap(answer: ModelAnswer, { isWrapped, inWords }: StructuredAnswer): ModelAnswer {
  const { state: _, ...rest } = answer; // it describes the text that came
  const text = inWords ? withoutFence(answer.text) : answer.text;
  if (text === answer.text && !isWrapped) return answer;
  if (!isWrapped) return { ...rest, text };
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value) && Object.hasOwn(value, "value")) return { ...rest, text: JSON.stringify(value["value"]) };
  } catch {
    // the check of the answer reports that it is not JSON
  }
  return { ...rest, text };
}

/** Models often write JSON as a code block. */
const withoutFence = (text: string): string => /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
