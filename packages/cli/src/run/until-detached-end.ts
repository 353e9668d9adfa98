import { WorkflowExecutionService } from "@ice/core";
import type { Ice } from "../config/start-ice.ts";

/** Waits until the runs that nodes have started detached in this process have ended or are suspended, or until Ctrl-C: then they can be resumed. */
export async function untilDetachedEnd({ runtime }: Pick<Ice, "runtime">, interrupt: AbortSignal): Promise<void> {
  if (interrupt.aborted) return;
  const interrupted = new Promise<void>((resolve) => {
    interrupt.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([runtime.use(WorkflowExecutionService).whenDetachedEnd(), interrupted]);
}
