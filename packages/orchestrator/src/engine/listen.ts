/** Calls `callback` when the signal is aborted, or at once if it already is; returns an unsubscribe function. */
export function listen(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  signal.addEventListener("abort", callback, { once: true });
  if (signal.aborted) queueMicrotask(callback);
  return () => signal.removeEventListener("abort", callback);
}
