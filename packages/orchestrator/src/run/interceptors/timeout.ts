import { IceError } from "@ice/core";
import type { Activation } from "../activation.ts";
import { fromErrorRecord, toErrorRecord } from "../failure.ts";
import type { Interceptor } from "./interceptor.ts";

/**
 * Ends an attempt after `timeoutSeconds`: its signal is aborted, its children are cancelled, a late result is dropped. It waits for
 * children that clean up.
 */
export const timeout: Interceptor = (node, next) => {
  const { timeoutMs } = node;
  if (timeoutMs === undefined) return next;
  return (activation) => {
    const earlier = activation.run.history?.stopOf(activation.path)?.error;
    if (earlier !== undefined) holdChildren(activation);
    const value = next(activation);
    if (!(value instanceof Promise)) return value;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (error: IceError): void => {
        isOver = true;
        const closing = activation.abortAttempt(error);
        if (closing === undefined) return reject(error);
        void closing.then(() => {
          activation.isClosing = activation.isStopped;
          reject(error);
        });
      };
      value.then(
        (result) => isOver || resolve(result),
        (error: unknown) => isOver || reject(error as Error),
      );
      if (earlier !== undefined) return void closeAgain(activation, () => end(fromErrorRecord(earlier)));
      const cancelTimer = activation.run.setTimer(timeoutMs, () => {
        const error = timedOut(node.id, timeoutMs);
        // A process that dies while children clean up has to find out why they were cancelled.
        if (node.isContainer) void recordStop(activation, error);
        if (node.isContainer) holdChildren(activation);
        end(error);
      });
      activation.onAbort(cancelTimer);
      void value.then(cancelTimer, cancelTimer);
    });
  };
};

const timedOut = (id: string, timeoutMs: number): IceError =>
  new IceError("ICE_NODE_TIMEOUT", `Node "${id}" took longer than ${timeoutMs / 1000} s.`, {
    fix: "raise `timeoutSeconds`, or give the node a `retryPolicy`",
    retryable: true,
    details: { timeoutSeconds: timeoutMs / 1000 },
  });

const recordStop = ({ run, path }: Activation, error: IceError): Promise<void> | undefined =>
  run.append({ kind: "stopped", at: run.clock.now(), path, error: toErrorRecord(error) });

/** Nothing new starts below the node until the attempt is over. */
function holdChildren(activation: Activation): void {
  activation.isClosing = true;
  activation.run.hasStopped = true;
}

/** An earlier process has ended the attempt: what it had begun is entered again, and then it ends again. */
function closeAgain({ run, path }: Activation, end: () => void): void {
  const entered = run.reentry?.below(path);
  if (entered === undefined) end();
  else void entered.then(end);
}
