import { IceError, type ObservedStatus, type RunStore, type RunSummary, type WaitOptions } from "@ice/core";
import { maxTimerMs, waitTimeout } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { listen } from "../engine/listen.ts";
import { memberRunId } from "../engine/wake-network.ts";

/** A run with one of these goes on by itself. */
const moving: ReadonlySet<ObservedStatus> = new Set<ObservedStatus>(["running", "interrupted", "queued"]);

/** Waits until a run has ended or is suspended, whichever process executes it; see `WorkflowExecutionService.wait`. */
export function waitForRun(
  engine: Engine,
  runId: string,
  { timeoutMs, signal }: WaitOptions = {},
): Promise<RunSummary> {
  const { store } = engine;
  if (signal?.aborted === true) return Promise.reject(left(runId));
  const { promise, resolve, reject } = Promise.withResolvers<RunSummary>();
  const look = async (): Promise<void> => {
    const summary = await store.summary(runId);
    if (await isAtRest(engine, summary)) resolve(summary);
  };
  const stops = [
    store.watch(runId, () => void look().catch(reject)),
    listen(signal, () => reject(left(runId))),
    // Watching a store does not keep the process alive, but the caller waits.
    timeoutMs === undefined
      ? engine.setTimer(maxTimerMs, () => {})
      : engine.setTimer(timeoutMs, () => void late(store, runId, timeoutMs).catch(reject)),
  ];
  look().catch(reject);
  return promise.finally(() => stops.forEach((stop) => stop()));
}

/** A network is suspended while its workflows are executed, and goes on when one of them ends. */
async function isAtRest(engine: Engine, { runId, status, kind, hosted }: RunSummary): Promise<boolean> {
  if (moving.has(status)) return false;
  if (status !== "suspended" || kind !== "network" || hosted !== true) return true;
  const { nodes } = await engine.show(runId);
  const open = Object.keys(nodes).filter((id) => nodes[id]!.status === "waiting" || nodes[id]!.status === "running");
  const members = await Promise.all(
    open.map((id) => engine.store.summary(memberRunId(runId, id)).catch(() => undefined)),
  );
  return members.every((member) => member === undefined || member.status === "suspended");
}

const left = (runId: string): IceError =>
  new IceError("ICE_RUN_CANCELLED", `Waiting for the run "${runId}" was ended; the run goes on.`, {
    details: { runId },
  });

async function late(store: RunStore, runId: string, timeoutMs: number): Promise<never> {
  throw waitTimeout(await store.summary(runId), timeoutMs);
}
