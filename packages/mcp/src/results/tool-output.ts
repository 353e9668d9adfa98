import { IceError, type Json, type JsonObject } from "@ice/core";
import { quotedWords } from "@ice/core/internal";
import { toolFailed, tooLarge } from "./mcp-error.ts";

/** The result of a call, as the protocol gives it. */
export interface CallResult {
  readonly content?: readonly JsonObject[] | undefined;
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

export interface OutputRules {
  readonly server: string;
  /** `ID.tool`. */
  readonly tool: string;
  readonly maxResultBytes: number;
  /** Whether the tool declares the shape of its output. */
  readonly isStructured: boolean;
  readonly scrub: (text: string) => string;
}

/** Schema of the output of a tool that declares none: its texts, and its other content. */
export const contentSchema: JsonObject = {
  type: "object",
  properties: {
    text: { type: "string", description: "The text of the result." },
    blocks: { type: "array", items: { type: "object" }, description: "Other content, such as links, without bytes." },
  },
  required: ["text", "blocks"],
  additionalProperties: false,
};

/** @throws IceError `ICE_MCP_LIMIT`, `ICE_TOOL_FAILED`, `ICE_OUTPUT_INVALID`. */
export function outputOf(result: CallResult, { server, tool, maxResultBytes, isStructured, scrub }: OutputRules): Json {
  const text = JSON.stringify(result);
  if (text.length > maxResultBytes || Buffer.byteLength(text) > maxResultBytes)
    throw tooLarge(server, "a result", maxResultBytes);
  // Lone surrogates are written as escapes.
  const clean = /\\ud[89a-f]/i.test(text) ? wellFormed : (value: Json): Json => value;
  const content = textsOf(result.content ?? []).join("\n");
  if (result.isError === true) throw toolFailed(tool, quotedWords(scrub(content)));
  if (!isStructured)
    return clean({ text: content, blocks: (result.content ?? []).flatMap((block) => blockOf(block) ?? []) });
  if (result.structuredContent === undefined)
    throw new IceError(
      "ICE_OUTPUT_INVALID",
      `The tool "${tool}" declares an output schema, but returned no \`structuredContent\`.`,
      {
        fix: "report it to the author of the server",
      },
    );
  return clean(result.structuredContent as Json);
}

const textsOf = (content: readonly JsonObject[]): readonly string[] =>
  content.flatMap(({ type, text }) => (type === "text" && typeof text === "string" ? [text] : []));

/** A block of content without its bytes; undefined for a text. */
function blockOf({ type, ...block }: JsonObject): JsonObject | undefined {
  if (type === "text") return undefined;
  const { data: _data, blob: _blob, _meta, annotations: _annotations, icons: _icons, resource, ...rest } = block;
  if (typeof resource !== "object" || resource === null) return { type: type!, ...rest };
  const { blob: _bytes, _meta: _more, annotations: _hints, ...shown } = resource as JsonObject;
  return { type: type!, ...rest, resource: shown };
}

/** A copy without lone surrogates, in names too. */
function wellFormed(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(wellFormed);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, entry]) => [key.toWellFormed(), wellFormed(entry)]),
  );
}
