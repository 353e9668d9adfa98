import type { ModelRequest } from "@ice/core";
import { firstProblemOf } from "@ice/core/internal";
import { z } from "zod";
import { modelError } from "../errors/model-error.ts";

const tokens = z.number().int().min(0).max(1e9);

/** `llmConfig` of mocks. */
const mockConfigSchema = z.strictObject({
  /** What it answers. */
  text: z.string().optional(),
  /** The same, as JSON. */
  object: z.json().optional(),
  usage: z.strictObject({ input: tokens.optional(), output: tokens.optional() }).optional(),
  finishReason: z.enum(["stop", "length", "content-filter", "tool-calls", "other"]).optional(),
  /** How long it thinks. */
  delayMs: z.number().min(0).max(86_400_000).optional(),
  /** How many times in a row the same request fails before it is answered. */
  failTimes: z.number().int().min(0).max(1000).optional(),
  /** As which HTTP status. */
  failStatus: z.number().int().min(300).max(599).optional(),
});

export type MockConfig = z.output<typeof mockConfigSchema>;

/**
 * `llmConfig` of a request to a mock. The options of real models are taken too, and change nothing.
 *
 * @param standard - names of these options.
 * @throws IceError `ICE_MODEL_REJECTED`.
 */
export function mockConfigOf({ model, options = {} }: ModelRequest, standard: ReadonlySet<string>): MockConfig {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !standard.has(name)));
  const { data, error } = mockConfigSchema.safeParse(own);
  if (error === undefined) return data;
  throw modelError("ICE_MODEL_REJECTED", model, `\`llmConfig\`: ${firstProblemOf(error, mockConfigSchema, own)}`, {
    fix: `mocks take ${Object.keys(mockConfigSchema.shape).join(", ")}`,
  });
}
