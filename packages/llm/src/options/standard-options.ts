import { z } from "zod";

/** The options that every blueprint may set in `llmConfig`. Models ignore options that they do not support, with a warning. */
export const standardOptionsSchema = z.object({
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().int().min(1).max(1e6).optional(),
  seed: z.number().int().optional(),
  stopSequences: z.array(z.string().min(1)).max(16).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  reasoning: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).optional(),
});

export const standardOptions: ReadonlySet<string> = new Set(Object.keys(standardOptionsSchema.shape));
