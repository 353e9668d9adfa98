import { defineTool } from "@ice/core";
import { z } from "zod";
import type { AllowedFiles } from "../files/allowed-files.ts";

const readOutput = z.object({ text: z.string(), bytes: z.number().describe("Size of the file.") });
const writeOutput = z.object({
  path: z.string().describe("As it was given."),
  bytes: z.number().describe("Bytes written."),
});

/** Reads a UTF-8 text file. A byte order mark is dropped; bytes that are not UTF-8 become U+FFFD. */
export const textRead = (files: AllowedFiles) =>
  defineTool({
    name: "text_read",
    description: "Reads a text file.",
    sideEffects: "none",
    args: z.strictObject({ path: z.string().min(1).describe("The file, below an allowed directory.") }),
    output: readOutput,
    async run({ path }, { signal }): Promise<z.output<typeof readOutput>> {
      const bytes = await files.read(path, signal);
      return { text: new TextDecoder().decode(bytes), bytes: bytes.length };
    },
  });

/** Writes a text file, whole or not at all; `append` adds to its end. */
export const textWrite = (files: AllowedFiles) =>
  defineTool({
    name: "text_write",
    description: "Writes a text file, or adds to one.",
    sideEffects: "external",
    args: z.strictObject({
      path: z.string().min(1).describe("The file, below an allowed directory; missing directories are made."),
      text: z.string().describe("What to write, as UTF-8."),
      append: z.boolean().default(false).describe("Add to the end. Default false: replace."),
    }),
    output: writeOutput,
    async run({ path, text, append }, { signal }): Promise<z.output<typeof writeOutput>> {
      return { path, bytes: await files.write(path, text, { append, signal }) };
    },
  });
