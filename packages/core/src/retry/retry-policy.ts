import { z } from "zod";

/** How often and when a failed node is retried. Without a policy, a node has one attempt. */
export const retryPolicySchema = z
  .strictObject({
    maxAttempts: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe("Total number of attempts, the first included. Default 3."),
    backoffStrategy: z
      .enum(["fixed", "linear", "exponential"])
      .default("exponential")
      .describe("Growth of the delay: fixed b, linear b·n, exponential b·2^(n−1). Default exponential."),
    backoffSeconds: z.number().min(0).max(86_400).default(1).describe("Base delay b, in seconds. Default 1."),
    maxBackoffSeconds: z.number().min(0).max(86_400).default(60).describe("Longest delay, in seconds. Default 60."),
    jitter: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Random reduction of the delay: it is multiplied by a factor in [1 − jitter, 1]. Default 0."),
    retryOn: z
      .array(z.string().min(1))
      .optional()
      .describe("Only these error codes are retried; it does not make other errors retryable."),
    noRetryOn: z
      .array(z.string().min(1))
      .optional()
      .describe("These error codes are never retried; takes precedence over retryOn."),
  })
  .describe("How often and when a failed node is retried.");

/** A parsed retry policy, with defaults. */
export type RetryPolicy = z.output<typeof retryPolicySchema>;
