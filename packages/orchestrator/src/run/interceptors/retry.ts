import { isRetryable, retryDelayMs, type IceError } from "@ice/core";
import type { Activation } from "../activation.ts";
import { toErrorRecord, toIceError } from "../failure.ts";
import { scrubbedError } from "../scrub.ts";
import type { Interceptor } from "./interceptor.ts";

/** Retries a failed node by its `retryPolicy`. Waiting for the next attempt holds no slot and can be cancelled. */
export const retry: Interceptor = (node, next) => {
  const policy = node.retryPolicy;
  if (policy === undefined) return next;
  return async (activation) => {
    if (activation.backOff !== undefined) {
      const { from, until } = activation.backOff;
      activation.attempt -= 1;
      // Never longer than the delay, even if the clock was changed.
      await nextAttempt(activation, Math.max(0, until - Math.max(from, activation.run.clock.now())));
      activation.current.check();
    }
    for (;;) {
      try {
        return await next(activation);
      } catch (thrown) {
        const error = scrubbedError(activation.run.secrets, toIceError(thrown));
        if (activation.attempt >= policy.maxAttempts || !isRetryable(error, policy)) throw error;
        // Its children may have to clean up before.
        await activation.abortAttempt(error);
        if (activation.ended || activation.isStopped) throw error;
        const delayMs = retryDelayMs(policy, activation.attempt, activation.run.random(), error.retryAfterMs);
        const durable = endAttempt(activation, error, delayMs);
        await nextAttempt(activation, delayMs);
        await durable;
        activation.current.check();
      }
    }
  };
};

/** Returns when the failed attempt is recorded durably; without a promise if it is so at once. */
function endAttempt(activation: Activation, error: IceError, delayMs: number): Promise<void> | undefined {
  const { run, path, attempt } = activation;
  activation.renewAttempt();
  const { code, message } = error;
  const at = run.clock.now();
  const { usage, ranChildren: children } = activation;
  activation.usage = undefined;
  run.forgetAttempt(path, children);
  run.metrics.retries += 1;
  const failure = toErrorRecord(error);
  const record = { kind: "attemptFailed", at, path, attempt, retryAt: at + delayMs, error: failure, children } as const;
  const durable = run.append(usage === undefined ? record : { ...record, usage });
  run.emit("node.retryScheduled", activation, { delayMs, nextAttempt: attempt + 1, error: { code, message } });
  return durable;
}

/** Settles when the delay is over and a slot is free; never if the node is cancelled, because its outcome is then decided. */
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
        resolve();
      },
    };
    const cancelTimer = activation.run.setTimer(delayMs, waiter.useSlots);
    activation.onAbort(() => {
      cancelTimer();
      limiter.forget(waiter);
    });
    limiter.serve();
  });
}
