import { defineTool, FileAccess } from "@ice/core";
import { z } from "zod";
import { decodeText, encodingSchema } from "./decode-text.ts";

const readOutput = z.object({
  text: z.string().describe("Content of the file."),
  bytes: z.number().describe("Size of the file."),
});
const writeOutput = z.object({
  path: z.string().describe("The path as passed."),
  bytes: z.number().describe("Bytes written."),
});

/** Reads a text file. A byte order mark is honoured and dropped; bytes that are not of the encoding fail, with their offset. */
export const textRead = () =>
  defineTool({
    name: "text_read",
    description: "Reads a text file.",
    sideEffects: "none",
    args: z.strictObject({
      path: z.string().min(1).describe("Path of the file, inside a directory that may be read."),
      encoding: encodingSchema,
    }),
    output: readOutput,
    async run({ path, encoding }, { signal, use }): Promise<z.output<typeof readOutput>> {
      const bytes = await use(FileAccess).read(path, { signal });
      return { text: decodeText(bytes, { path, encoding }), bytes: bytes.length };
    },
  });

/** Writes a text file, whole or not at all; `append` adds to its end. */
export const textWrite = () =>
  defineTool({
    name: "text_write",
    description: "Writes a text file, or appends to it.",
    sideEffects: "external",
    args: z.strictObject({
      path: z
        .string()
        .min(1)
        .describe(
          "Path of the file, inside a directory that may be written (default `out/`); missing directories are created.",
        ),
      text: z.string().describe("Text to write, as UTF-8."),
      append: z.boolean().default(false).describe("Append to the file. Default false: replace it."),
    }),
    output: writeOutput,
    async run({ path, text, append }, { signal, use }): Promise<z.output<typeof writeOutput>> {
      return { path, bytes: await use(FileAccess).write(path, text, { append, signal }) };
    },
  });
