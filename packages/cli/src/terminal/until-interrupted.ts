import type { Terminal } from "./terminal.ts";

/** Resolves at the first Ctrl-C or SIGTERM; the next one ends the process at once. */
export const untilInterrupted = (terminal: Pick<Terminal, "onInterrupt">): Promise<void> =>
  new Promise((resolve) => void terminal.onInterrupt(resolve));
