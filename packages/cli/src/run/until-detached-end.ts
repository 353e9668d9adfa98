import type { RunServices } from "../config/run-services.ts";

/** Waits until the runs that nodes have started detached in this process have ended or are suspended, or until Ctrl-C: then they can be resumed. */
export async function untilDetachedEnd({ runs }: Pick<RunServices, "runs">, interrupt: AbortSignal): Promise<void> {
  if (interrupt.aborted) return;
  const interrupted = new Promise<void>((resolve) => {
    interrupt.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([runs.whenDetachedEnd(), interrupted]);
}
