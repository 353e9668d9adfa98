import { defineTool, FileAccess, IceError, messageOf, type Json } from "@ice/core";
import {
  countJsonParts,
  finishInTurns,
  maxJsonDepth,
  maxJsonParts,
  ownParsedJson,
  readJson,
  type ReadJson,
} from "@ice/core/internal";
import { z } from "zod";
import { decodeText, encodingSchema } from "../text/decode-text.ts";

const written = z.object({
  path: z.string().describe("The path as passed."),
  bytes: z.number().describe("Bytes written."),
});

/** Reads a JSON file; the output is its value. A byte order mark is honoured and dropped. Integers beyond ±2^53 are refused. */
export const jsonRead = () =>
  defineTool({
    name: "json_read",
    description: "Reads a JSON file of at most 1,000,000 objects, lists and keys; the output is its value.",
    sideEffects: "none",
    args: z.strictObject({
      path: z.string().min(1).describe("Path of the file, inside a directory that may be read."),
      encoding: encodingSchema,
    }),
    output: z.custom<Json>(() => true).meta({ description: "The value in the file." }),
    async run({ path, encoding }, { signal, use }): Promise<Json> {
      const text = decodeText(await use(FileAccess).read(path, { signal }), { path, encoding });
      const { count, depth } = await finishInTurns(countJsonParts(text));
      if (count > maxJsonParts)
        throw new IceError("ICE_TOOL_FAILED", `"${path}" has more than ${maxJsonParts} objects, lists and keys.`, {
          fix: "split the file, or keep tables as CSV",
          details: { path, maxParts: maxJsonParts },
        });
      const { value, inexact } = parse(text, path);
      // A key `__proto__` is dropped, however it is spelt: it is never intended as data.
      if (inexact === undefined) return depth > maxJsonDepth ? value : await finishInTurns(ownParsedJson(value));
      const { source, pointer } = inexact;
      throw new IceError(
        "ICE_TOOL_FAILED",
        `"${path}" has a number at ${pointer || "the top level"} that would lose precision: ${source.slice(0, 60)}.`,
        {
          fix: "keep integers within ±2^53, or write the number as a string in quotes",
          details: { path, pointer },
        },
      );
    },
  });

/** Writes a value as a JSON file, whole or not at all. */
export const jsonWrite = () =>
  defineTool({
    name: "json_write",
    description: "Writes a value as a JSON file.",
    sideEffects: "idempotent",
    args: z.strictObject({
      path: z
        .string()
        .min(1)
        .describe(
          "Path of the file, inside a directory that may be written (default `out/`); missing directories are created.",
        ),
      value: z.custom<Json>((value) => value !== undefined, "missing value").describe("Value to write."),
      pretty: z.boolean().default(true).describe("Indent by two spaces. Default true."),
    }),
    output: written,
    async run({ path, value, pretty }, { signal, use }): Promise<z.output<typeof written>> {
      const text = `${JSON.stringify(value, null, pretty ? 2 : undefined)}\n`;
      const bytes = await use(FileAccess).write(path, text, { signal });
      return { path, bytes };
    },
  });

function parse(text: string, path: string): ReadJson {
  try {
    return readJson(text);
  } catch (cause) {
    throw new IceError("ICE_TOOL_FAILED", `"${path}" is not JSON: ${messageOf(cause)}.`, {
      cause,
      fix: "correct the file",
    });
  }
}
