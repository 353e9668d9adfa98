import { defineTool, IceError, type Clock, type ToolDefinition } from "@ice/core";
import { z } from "zod";
import type { Witness } from "./witness.ts";

const args = z.strictObject({
  v: z.number(),
  ms: z.number().min(0),
  /** Fails always. */
  fail: z.boolean().default(false),
  /** Fails the first n times that it is called at one path, whatever the attempt. */
  failures: z.int().default(0),
});

/** Tools that report each call to the witness: `effect` (external), `repeatable` (idempotent) and `pure`. They take their time. */
export function witnessedTools(witness: Witness, clock: Clock, isAlive: () => boolean): readonly ToolDefinition[] {
  const tool = (name: string, sideEffects: ToolDefinition["sideEffects"]): ToolDefinition =>
    defineTool({
      name,
      sideEffects,
      args,
      run: ({ v, ms, fail, failures }, context) =>
        new Promise<{ v: number }>((resolve, reject) => {
          if (!isAlive()) return;
          const { signal } = context;
          if (signal.aborted) witness.reportViolation(`${context.path} was called although it was aborted`);
          const { before, fails } = witness.onCall(context, name);
          witness.running += 1;
          const end = (): void => {
            witness.running -= 1;
            signal.removeEventListener("abort", onAbort);
          };
          const onAbort = (): void => {
            end();
            cancel();
            reject(signal.reason as Error);
          };
          const cancel = clock.setTimer(ms, () => {
            end();
            if (fail || fails || before < failures)
              reject(new IceError("DRILL", `${context.path} fails`, { retryable: true }));
            else resolve({ v: (v * 31 + 7) % 1000 });
          });
          signal.addEventListener("abort", onAbort, { once: true });
        }),
    }) as ToolDefinition;
  return [tool("effect", "external"), tool("repeatable", "idempotent"), tool("pure", "none")];
}
