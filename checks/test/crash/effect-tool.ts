import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineTool, type ToolDefinition } from "@ice/core";
import { z } from "zod";

/** A line in the file of effects: something that happened outside and cannot be reverted. */
export interface Effect {
  readonly runId: string;
  readonly path: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

/**
 * A tool that works for a while, and then has an effect: a line in a file. Its first `failures` attempts fail after that.
 *
 * @param isHeld - whether the process of a run counts as dead: it has no more effects.
 */
export const effectTool = (file: string, isHeld: (runId: string) => boolean = () => false): ToolDefinition =>
  defineTool({
    name: "effect",
    args: z.strictObject({ ms: z.number().default(0), failures: z.number().default(0) }),
    async run({ ms, failures }, { runId, path, attempt, idempotencyKey, signal }) {
      await delay(ms, undefined, { signal });
      if (isHeld(runId)) await new Promise(() => {});
      const effect: Effect = { runId, path, attempt, idempotencyKey };
      appendFileSync(file, `${JSON.stringify(effect)}\n`);
      if (attempt <= failures) throw new Error("not yet");
      return { path };
    },
  });
