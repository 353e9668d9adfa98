import { IceError } from "@ice/core";
import { firstProblemOf, maxTimerMs } from "@ice/core/internal";
import { z } from "zod";

const timer = z.int().min(1).max(maxTimerMs).optional();
const anything = z.unknown().optional();

/** What the owner sets. A number that is none would bound nothing. */
const ownerOptions = z.strictObject({
  limits: z
    .strictObject({
      fuel: z.int().min(1).optional(),
      memoryMiB: z.number().positive().max(4096).optional(),
      wallMs: timer,
      logBytes: z.int().min(0).optional(),
      outputBytes: z.int().min(0).optional(),
      hostCalls: z.int().min(0).optional(),
    })
    .optional(),
  allow: z.strictObject({ http: z.array(z.string().min(1)).optional() }).optional(),
  components: z.array(z.string().min(1)).optional(),
  cache: z.union([z.string().min(1), z.literal(false)]).optional(),
  workers: z.int().min(1).max(1024).optional(),
  lanes: z.int().min(1).max(1024).optional(),
  queue: z.int().min(1).optional(),
  http: z.strictObject({ idleMs: timer, requestMs: timer, totalMs: z.number().min(1).optional() }).optional(),
  files: anything,
  egress: anything,
  callTool: anything,
  stopwatch: anything,
});

/** @throws IceError `ICE_USAGE` naming an option that is unknown, or out of bounds. */
export function checkSandboxOptions(options: object): void {
  const { error } = ownerOptions.safeParse(options);
  if (error === undefined) return;
  const path = ["sandbox", ...(error.issues[0]?.path ?? [])].join(".");
  const problem = firstProblemOf(error, ownerOptions, options);
  throw new IceError("ICE_USAGE", `The option \`${path}\` is not valid: ${problem}.`, {
    fix: "see the options of the sandbox in docs/reference/sandbox.md",
  });
}
