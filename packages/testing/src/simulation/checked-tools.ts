import { defineTool, IceError, type Clock, type ToolDefinition } from "@ice/core";
import { z } from "zod";
import type { Checker } from "./checker.ts";

const args = z.strictObject({
  v: z.number(),
  ms: z.number().min(0),
  /** Always fails. */
  fail: z.boolean().default(false),
  /** Fails the first n calls at each path, whatever the attempt. */
  failures: z.int().default(0),
});

/** Tools that report each call to the checker, and take some time: `effect` (external), `repeatable` (idempotent) and `pure`. */
export function checkedTools(checker: Checker, clock: Clock, isAlive: () => boolean): readonly ToolDefinition[] {
  const tool = (name: string, sideEffects: ToolDefinition["sideEffects"]): ToolDefinition =>
    defineTool({
      name,
      sideEffects,
      args,
      run: ({ v, ms, fail, failures }, context) =>
        new Promise<{ v: number }>((resolve, reject) => {
          if (!isAlive()) return;
          const { signal } = context;
          if (signal.aborted) checker.reportViolation(`${context.path} was called although it was aborted`);
          const { before, fails } = checker.onCall(context, name);
          checker.running += 1;
          const end = (): void => {
            checker.running -= 1;
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
