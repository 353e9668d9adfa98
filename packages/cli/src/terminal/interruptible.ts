import type { Terminal } from "./terminal.ts";

/** Does work that Ctrl-C and SIGTERM cancel. Returns undefined when they did. */
export async function interruptible<Result>(
  terminal: Pick<Terminal, "onInterrupt">,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const interruption = new AbortController();
  const unsubscribe = terminal.onInterrupt(() => interruption.abort());
  try {
    return await work(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return undefined;
    throw error;
  } finally {
    unsubscribe();
  }
}
