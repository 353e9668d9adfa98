import { isRetryable, retryDelayMs, type IceError } from "@ice/core";
import type { Activation } from "../activation.ts";
import { toIceError } from "../failure.ts";
import type { Interceptor } from "./pipeline.ts";

/** Tries a failed node again, as its `retryPolicy` says. Waiting for the next attempt holds no slot and can be cancelled. */
export const retry: Interceptor = (node, next) => {
  const policy = node.retryPolicy;
  if (policy === undefined) return next;
  return async (activation) => {
    for (;;) {
      try {
        return await next(activation);
      } catch (thrown) {
        const error = toIceError(thrown);
        if (activation.ended || activation.attempt >= policy.maxAttempts || !isRetryable(error, policy)) throw error;
        const delayMs = retryDelayMs(policy, activation.attempt, activation.run.random(), error.retryAfterMs);
        endAttempt(activation, error, delayMs);
        await nextAttempt(activation, delayMs);
      }
    }
  };
};

function endAttempt(activation: Activation, error: IceError, delayMs: number): void {
  const { run, path, attempt } = activation;
  activation.abortAttempt(error);
  activation.renewAttempt();
  if (activation.ranChildren) run.forgetBelow(path);
  run.retries += 1;
  const { code, message } = error;
  run.emit("node.retryScheduled", activation, { delayMs, nextAttempt: attempt + 1, error: { code, message } });
}

/** Settles when delay and slot are there; never, when the node is cancelled meanwhile: its outcome is decided then. */
function nextAttempt(activation: Activation, delayMs: number): Promise<void> {
  const { limiter } = activation.scope.frame;
  const needsSlot = activation.holdsSlot;
  activation.releaseSlot();
  return new Promise((resolve) => {
    const waiter = {
      useSlots: () => {
        if (needsSlot && !limiter.tryAcquire(waiter)) return;
        activation.holdsSlot = needsSlot;
        activation.attempt += 1;
        activation.renewAttempt();
        resolve();
      },
    };
    const cancelTimer = activation.run.clock.setTimer(delayMs, waiter.useSlots);
    activation.onAbort(() => {
      cancelTimer();
      limiter.forget(waiter);
    });
    limiter.serve();
  });
}
