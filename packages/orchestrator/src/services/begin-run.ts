import type { RunHandle, RunOptions } from "@ice/core";
import { listen } from "../engine/listen.ts";

type Options = RunOptions & { readonly runId: string };

/**
 * Begins a run, and returns a handle by which it can be cancelled and that says when it is recorded.
 *
 * @param execute - runs it with these options to its end.
 */
export function beginRun<Result>(
  { signal, onCreated, ...options }: Options,
  execute: (options: Options) => Promise<Result>,
): RunHandle<Result> {
  const controller = new AbortController();
  const cancel = (reason?: string): void => controller.abort(reason);
  const unsubscribe = listen(signal, () => cancel());
  if (signal?.aborted === true) cancel();
  const created = Promise.withResolvers<void>();
  const noteCreated = (): void => {
    created.resolve();
    onCreated?.();
  };
  const running = execute({ ...options, signal: controller.signal, onCreated: noteCreated });
  const result = running.finally(unsubscribe);
  result.catch(created.reject);
  created.promise.catch(() => {}); // `result` rejects with the same error
  return { runId: options.runId, created: created.promise, result, cancel };
}
