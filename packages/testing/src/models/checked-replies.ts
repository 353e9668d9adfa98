import { IceError } from "@ice/core";
import { problemsOf } from "@ice/core/internal";
import { z } from "zod";
import type { ScriptedReply } from "./scripted-reply.ts";

const count = z.number().min(0);

const replySchema = z.strictObject({
  when: z.union([z.string(), z.instanceof(RegExp)]).optional(),
  times: z.union([z.int().min(1), z.literal("always")]).optional(),
  text: z.string().optional(),
  chunks: z.array(z.string()).optional(),
  json: z.unknown().optional(),
  toolCalls: z
    .array(
      z.strictObject({
        name: z.string(),
        args: z.unknown().optional(),
        rawArgs: z.string().optional(),
        id: z.string().optional(),
      }),
    )
    .optional(),
  finish: z.enum(["stop", "length", "content-filter", "tool-calls"]).optional(),
  usage: z
    .strictObject({ input: z.number().optional(), output: z.number().optional(), cached: z.number().optional() })
    .nullish(),
  lie: z.boolean().optional(),
  status: z.int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  cutAfter: count.optional(),
  stall: count.optional(),
  hang: z.boolean().optional(),
  delayMs: count.optional(),
  chunkDelayMs: count.optional(),
} satisfies Readonly<Record<keyof ScriptedReply, z.ZodType>>);

/** A misspelt field would be an empty answer. @throws IceError `ICE_USAGE` naming the reply and its field. */
export function checkReplies(replies: unknown): asserts replies is readonly ScriptedReply[] {
  if (!Array.isArray(replies))
    throw new IceError("ICE_USAGE", "The replies of a scripted model are no list.", {
      fix: 'write scriptedModel([{ text: "…" }])',
    });
  for (const [index, reply] of replies.entries()) {
    const { error } = replySchema.safeParse(reply);
    if (error === undefined) continue;
    const { message, fix } = problemsOf(error, replySchema, reply)[0]!; // an error has at least one
    throw new IceError("ICE_USAGE", `Reply ${index + 1} of the scripted model is not valid: ${message}.`, { fix });
  }
}
