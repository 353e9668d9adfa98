import { IceError } from "@ice/core";
import type { Activation } from "../activation.ts";
import { toErrorRecord } from "../failure.ts";
import type { Interceptor } from "./interceptor.ts";
import { dispatcherFor } from "./place.ts";

/**
 * Ends an attempt after `timeoutSeconds`: its signal is aborted, its children are cancelled, a late result is dropped. It waits for
 * children that clean up.
 */
export const timeout: Interceptor = (node, next) => {
  const { timeoutMs } = node;
  if (timeoutMs === undefined) return next;
  return (activation) => {
    // Time in which an attempt waits for a worker does not count: the process that executes it ends it.
    if (node.requires.length > 0 && dispatcherFor(activation) !== undefined) return next(activation);
    const hasTimedOut = activation.run.history?.stopOf(activation.path) !== undefined;
    if (hasTimedOut) holdChildren(activation);
    const value = next(activation);
    if (!(value instanceof Promise)) return value;
    return unlessEnded(activation, value, (end) => {
      if (hasTimedOut) void endAgain(activation, () => end(timedOut(node.id, timeoutMs)));
      else endAfter(timeoutMs, activation, value, end);
    });
  };
};

/** The value of an attempt, unless it is ended before: then its error, after its children have cleaned up. */
function unlessEnded(
  activation: Activation,
  value: Promise<unknown>,
  arrange: (end: (error: IceError) => void) => void,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  let isOver = false;
  const end = async (error: IceError): Promise<void> => {
    isOver = true;
    const closing = activation.abortAttempt(error);
    if (closing !== undefined) {
      await closing;
      activation.isClosing = activation.isStopped;
    }
    reject(error);
  };
  value.then(
    (result) => isOver || resolve(result),
    (error: unknown) => isOver || reject(error as Error),
  );
  arrange((error) => void end(error));
  return promise;
}

function endAfter(
  timeoutMs: number,
  activation: Activation,
  value: Promise<unknown>,
  end: (error: IceError) => void,
): void {
  const { run, node } = activation;
  const cancelTimer = run.setTimer(timeoutMs, () => {
    const error = timedOut(node.id, timeoutMs);
    if (node.isContainer) {
      // A process that dies while children clean up has to find out why they were cancelled.
      void recordStop(activation, error);
      holdChildren(activation);
    }
    end(error);
  });
  activation.onAbort(cancelTimer);
  void value.then(cancelTimer, cancelTimer);
}

/** An earlier process has ended the attempt: what it had begun is entered again, and then it ends again. */
async function endAgain({ run, path }: Activation, end: () => void): Promise<void> {
  await run.reentry?.below(path);
  end();
}

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
