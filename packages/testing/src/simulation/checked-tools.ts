import { defineTool, IceError, type Clock, type ToolDefinition } from "@ice/core";
import { z } from "zod";
import type { Checker } from "./checker.ts";
import type { Report } from "./report.ts";

const args = z.strictObject({
  v: z.number(),
  ms: z.number().min(0),
  /** Always fails. */
  fail: z.boolean().default(false),
  /** Fails the first n calls at each path, whatever the attempt. */
  failures: z.int().default(0),
});

/** What the tools of one simulated process depend on. */
export interface CheckedToolsOptions {
  readonly report: Pick<Report, "running" | "violation">;
  readonly checkerOf: (runId: string) => Pick<Checker, "onCall">;
  readonly clock: Clock;
  readonly isAlive: () => boolean;
}

/** Tools that report each call to the checker, and take some time: `effect` (external), `repeatable` (idempotent) and `pure`. */
export function checkedTools({ report, checkerOf, clock, isAlive }: CheckedToolsOptions): readonly ToolDefinition[] {
  const tool = (name: string, sideEffects: ToolDefinition["sideEffects"]): ToolDefinition =>
    defineTool({
      name,
      sideEffects,
      args,
      run: ({ v, ms, fail, failures }, context) =>
        new Promise<{ v: number }>((resolve, reject) => {
          if (!isAlive()) return;
          const { signal } = context;
          if (signal.aborted) report.violation(`${context.path} was called although it was aborted`);
          const { before, fails } = checkerOf(context.runId).onCall(context, name);
          report.running += 1;
          const end = (): void => {
            report.running -= 1;
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
