const ends = new Set<() => void>();
const endAll = (): void => ends.forEach((end) => end());

/** Cleanups to run at the latest when this process exits: one listener for all, as long as there are any. */
export const endWithIce = {
  add(end: () => void): void {
    if (ends.size === 0) process.on("exit", endAll);
    ends.add(end);
  },
  delete(end: () => void): void {
    if (ends.delete(end) && ends.size === 0) process.off("exit", endAll);
  },
};
