import { IceError, messageOf, type AlertChannel, type builtinNodes, type JsonObject, type RunMetrics } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

type MonitorActivation = BuiltinActivation<typeof builtinNodes.monitor>;

/** The state of a monitor, recorded so that another process can continue from it. */
interface Seen extends JsonObject {
  readonly checks: number;
  readonly triggerCount: number;
  readonly lastValue: boolean;
  /** Whether it has requested a pause of the run. */
  readonly pausing: boolean;
}

const noneSeen: Seen = { checks: 0, triggerCount: 0, lastValue: false, pausing: false };

const deliveryMs = 10_000;

/** Checks the metrics at intervals and whenever a node ends, until everything that it observes has ended. */
export function executeMonitor(activation: MonitorActivation): Promise<unknown> {
  const { run, config, scope, node } = activation;
  let seen = (activation.checkpointed as Seen | undefined) ?? noneSeen;
  if (seen.pausing && run.history?.isKeptSincePause(activation.path) !== true) seen = { ...seen, pausing: false };
  let ended = 0;
  const allEnded = (): boolean => {
    while (ended < node.watches.length && scope.siblings.hasEnded(node.watches[ended]!)) ended += 1;
    return ended === node.watches.length;
  };
  return new Promise((resolve, reject) => {
    let cancelTimer: (() => void) | undefined;
    const stop = (): void => {
      cancelTimer?.();
      run.observers.delete(update);
    };
    const update = (): void => {
      if (activation.ended) return stop();
      try {
        seen = check(activation, seen);
        if (activation.ended) return stop();
      } catch (error) {
        stop();
        return reject(error);
      }
      if (!allEnded()) return;
      stop();
      const { checks, triggerCount, lastValue } = seen;
      resolve({ triggered: triggerCount > 0, checks, triggerCount, action: config.actionOnTrigger, lastValue });
    };
    const schedule = (): void => {
      cancelTimer = run.setTimer(config.checkIntervalSeconds * 1000, () => {
        schedule();
        update();
      });
    };
    activation.onAbort(stop);
    if (seen.pausing) run.pause({ reason: "paused", path: activation.path }); // an earlier process crashed before it did so
    run.observers.add(update);
    schedule();
    update();
  });
}

/** One check. A change from false to true is a trigger. */
function check(activation: MonitorActivation, before: Seen): Seen {
  const { run, scope, config } = activation;
  const metrics = run.metrics.view(run.activeMs, scope.frame.root.budget.spent);
  const value = activation.evaluate("metricExpression", { metrics }) === true;
  const triggered = value && !before.lastValue;
  const seen: Seen = {
    checks: before.checks + 1,
    triggerCount: before.triggerCount + (triggered ? 1 : 0),
    lastValue: value,
    pausing: before.pausing || (triggered && config.actionOnTrigger === "pause"),
  };
  // The action comes before the record: a crash in between may repeat it, but never loses it.
  if (triggered) act(activation, metrics);
  if (value !== before.lastValue && !activation.ended) void activation.checkpoint(seen);
  return seen;
}

function act(activation: MonitorActivation, metrics: RunMetrics): void {
  const { config, run, path, nodeId, scope } = activation;
  const { actionOnTrigger: action, metricExpression: expression } = config;
  activation.emit("monitor.triggered", { action, metrics });
  const alert = {
    runId: run.id,
    workflow: scope.frame.root.plan.view.name,
    path,
    action,
    expression,
    metrics,
    at: run.clock.now(),
  };
  for (const name of config.alertChannels) {
    const channel = run.runtime.channels.require(name);
    // An event of the run, because the monitor itself may have ended by now.
    const delivery = deliver(channel, alert, activation)
      .catch((error: unknown) =>
        run.emit("monitor.alertFailed", activation, { channel: name, error: messageOf(error) }),
      )
      .finally(() => run.deliveries.delete(delivery));
    run.deliveries.add(delivery);
  }
  if (action === "pause") run.pause({ reason: "paused", path });
  if (action === "abort")
    scope.frame.root.stop(
      new IceError("ICE_MONITOR_ABORT", `Monitor "${nodeId}" was triggered by \`${expression}\`.`, {
        path,
        fix: "see the metrics in `details`",
        details: { metrics },
      }),
    );
}

/** A delivery has its own time limit. Only the end of the run waits for it. */
async function deliver(
  channel: AlertChannel,
  alert: Parameters<AlertChannel["send"]>[0],
  { run }: MonitorActivation,
): Promise<void> {
  const controller = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const cancelTimer = run.clock.setTimer(deliveryMs, () => {
      controller.abort();
      reject(new Error(`it took longer than ${deliveryMs / 1000} s`));
    });
    const send = async (): Promise<void> => channel.send(alert, { signal: controller.signal, secrets: run.secrets });
    send().then(resolve, reject).finally(cancelTimer);
  });
}
