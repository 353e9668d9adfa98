import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { IceError, jsonValueSchema, messageOf, type Json } from "@ice/core";
import { z } from "zod";

const interactionSchema = z.strictObject({
  /** The kind of request. */
  kind: z.enum(["http", "model", "tool"]),
  /** Hash of kind and request. */
  key: z.string(),
  /** Counts the requests with this key, from 1. */
  use: z.int().min(1),
  request: jsonValueSchema,
  answer: jsonValueSchema.optional(),
  error: z
    .strictObject({
      code: z.string().optional(),
      message: z.string(),
      fix: z.string().optional(),
      retryable: z.boolean().optional(),
      retryAfterMs: z.number().optional(),
      details: jsonValueSchema.optional(),
    })
    .optional(),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  /** Alias → the models it resolved to. */
  aliases: z.record(z.string(), z.array(z.string()).min(1)),
  interactions: z.array(interactionSchema),
});

/** A request and its answer or error. */
export type Interaction = z.output<typeof interactionSchema>;
/** The content of a cassette. */
export interface CassetteContent {
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly interactions: readonly Interaction[];
}

/** Reads a cassette. Undefined if there is no such file. @throws IceError `ICE_CASSETTE_INVALID`. */
export async function readCassette(file: string): Promise<CassetteContent | undefined> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === "ENOENT") return undefined;
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new IceError("ICE_CASSETTE_INVALID", `"${file}" is not a cassette: ${problem}`, {
      cause,
      fix: "restore the file, or record it again",
    });
  }
}

/** Writes a cassette: sorted, one entry per interaction, so that equal traffic gives an equal file. It is replaced at once. */
export async function writeCassette(file: string, { aliases, interactions }: CassetteContent): Promise<void> {
  const order = (a: Interaction, b: Interaction): number =>
    compare(a.kind, b.kind) || compare(a.key, b.key) || a.use - b.use;
  const sortedAliases = Object.fromEntries(Object.entries(aliases).toSorted(([a], [b]) => compare(a, b)));
  const content = { version: 1, aliases: sortedAliases, interactions: interactions.toSorted(order) };
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(content satisfies Json | object, undefined, 2)}\n`);
  await rename(draft, file);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
