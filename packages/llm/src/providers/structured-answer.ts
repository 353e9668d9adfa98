import type { JsonObject, ModelAnswer } from "@ice/core";
import { isPlainObject, readJsonData } from "@ice/core/internal";

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
  const { state: _, ...rest } = answer; // it describes the original text
  const text = inWords ? withoutFence(answer.text) : answer.text;
  if (text === answer.text && !isWrapped) return answer;
  return { ...rest, text: isWrapped ? valueIn(text) : text };
}

/** The JSON of `value`, verbatim: numbers would lose digits if they were parsed and written again. */
function valueIn(text: string): string {
  const written = /^\s*\{\s*"value"\s*:(?<value>[^]*)\}\s*$/.exec(text)?.groups?.["value"];
  if (written !== undefined && isJson(written)) return written.trim();
  const read = readJsonData(text);
  if (!("value" in read) || !isPlainObject(read.value) || !Object.hasOwn(read.value, "value")) return text;
  return JSON.stringify(read.value["value"]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the check of the answer reports it
  }
}

const fence = "```";

/** Models often write JSON as a code block. */
function withoutFence(text: string): string {
  const block = text.trim();
  const start = block.indexOf("\n");
  const isBlock = start !== -1 && block.length > start + fence.length && block.endsWith(fence);
  if (!isBlock || !/^```(?:json)?\s*$/.test(block.slice(0, start))) return text;
  return block.slice(start + 1, -fence.length).trim();
}
