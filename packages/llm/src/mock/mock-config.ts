import type { ModelRequest } from "@ice/core";
import { firstProblemOf } from "@ice/core/internal";
import { z } from "zod";
import { modelError } from "../errors/model-error.ts";

const tokens = z.number().int().min(0).max(1e9);

/** `llmConfig` of mocks. */
const mockConfigSchema = z.strictObject({
  /** Text of the answer. */
  text: z.string().optional(),
  /** The same, as JSON. */
  object: z.json().optional(),
  usage: z.strictObject({ input: tokens.optional(), output: tokens.optional() }).optional(),
  finishReason: z.enum(["stop", "length", "content-filter", "tool-calls", "other"]).optional(),
  /** Delay of the answer. */
  delayMs: z.number().min(0).max(86_400_000).optional(),
  /** Number of consecutive failures of the same request before it is answered. */
  failTimes: z.number().int().min(0).max(1000).optional(),
  /** HTTP status of the failures. */
  failStatus: z.number().int().min(300).max(599).optional(),
});

export type MockConfig = z.output<typeof mockConfigSchema>;

/**
 * `llmConfig` of a request to a mock. The options of real models are accepted and ignored.
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
