import { IceError, type FeedEvent, type RunResult, type StoredRun } from "@ice/core";
import { finishInTurns, maxLostOwners, ownersLost } from "@ice/core/internal";
import { resultOf } from "../history/stored-result.ts";
import { toErrorRecord } from "../run/failure.ts";
import type { Run } from "../run/run.ts";
import type { Release } from "../run/run-context.ts";
import type { WorkflowFrame } from "../run/workflow-frame.ts";
import type { WorkflowOutcome } from "../run/workflow-outcome.ts";
import { endedResult } from "./ended-result.ts";

/** A run in progress in this process, from its start or resume until it ends or is released. */
export class LiveRun {
  readonly run: Run;
  readonly frame: WorkflowFrame;
  /** Resolves when this process has ended or released the run. */
  readonly settled: Promise<void>;
  /** Whether it was asked to be cancelled while it was released for another reason. */
  isCancelledLate = false;
  /** Requests of this process to cancel it, each until it is stored or carried out. None rejects. */
  readonly cancellings: Promise<void>[] = [];
  #settle!: () => void;

  constructor(run: Run, frame: WorkflowFrame) {
    this.run = run;
    this.frame = frame;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Cancels the run immediately. Has no effect after the end. */
  cancel(reason: string): void {
    if (this.run.released) return;
    this.frame.stop(new IceError("ICE_RUN_CANCELLED", `The run was cancelled: ${reason}.`));
  }

  /** See `RunFeed.startsInProgress`. */
  startsInProgress(limit: number): Omit<FeedEvent, "position">[] {
    const { id: runId, scopes, events } = this.run;
    const { started: type } = events.names.node;
    const found: Omit<FeedEvent, "position">[] = [];
    for (const scope of scopes)
      for (const { path, node, attempt, startedAt: at } of scope.inProgress()) {
        if (found.length === limit) return found;
        if (!node.resumable) found.push({ type, runId, at, path, nodeType: node.type, attempt, data: {} });
      }
    return found;
  }

  /**
   * Runs until the run has ended or is released.
   *
   * @param cancel - a reason to cancel it before anything starts.
   * @throws IceError `ICE_STORE_*` if it can no longer be recorded.
   */
  async finish(
    stored: Pick<StoredRun, "options" | "startedBy" | "lostOwners">,
    cancel: string | undefined,
  ): Promise<RunResult> {
    const { run, frame } = this;
    const { name, version } = frame.plan.view;
    // It may wait only for other processes, which would not keep this process alive.
    const keepAlive = run.waitForSignals ? setInterval(() => {}, 2 ** 30) : undefined;
    try {
      const { started, resumed } = run.events.names;
      run.emit(run.history === undefined ? started : resumed, undefined, { name, version });
      if (cancel !== undefined) this.cancel(cancel);
      else if ((stored.lostOwners ?? 0) >= maxLostOwners) frame.stop(ownersLost(run.id, stored.lostOwners!));
      const end = await Promise.race([frame.execute(this.#remainingSeconds(stored)), run.whenReleased]);
      if (run.children.size > 0) await Promise.allSettled(run.children.values());
      if (run.deliveries.size > 0) await Promise.all(run.deliveries);
      if ("reason" in end) return await this.#release(end);
      return await (run.released ? this.#release(await run.whenReleased) : this.#end(end, stored));
    } finally {
      clearInterval(keepAlive);
      this.#settle();
    }
  }

  /** The rest of the time limit. Time in which no process owned the run does not count. */
  #remainingSeconds({ options }: Pick<StoredRun, "options">): number | undefined {
    const given = options["timeoutSeconds"];
    const limit = typeof given === "number" ? given : this.frame.plan.settings.timeoutSeconds;
    const usedMs = this.run.history?.activeMs ?? 0;
    return limit === undefined ? undefined : Math.max(0.001, limit - usedMs / 1000);
  }

  async #end(end: WorkflowOutcome, { startedBy }: Pick<StoredRun, "startedBy">): Promise<RunResult> {
    const { run, frame } = this;
    const { view } = frame.plan;
    const { status, error } = end;
    const endedAt = run.clock.now();
    const durationMs = Math.max(0, endedAt - run.startedAt);
    const errorRecord = error === undefined ? undefined : toErrorRecord(error);
    const { nodes: _, ...usage } = frame.budget.spent;
    await run.end({
      kind: "ended",
      at: endedAt,
      status,
      usage,
      // The outputs of nodes are recorded; that their total was too long is not.
      ...(end.ofNodes ? {} : { output: end.output }),
      ...(errorRecord === undefined ? {} : { error: errorRecord }),
    });
    this.#emitEnd(end, durationMs);
    return endedResult(
      {
        runId: run.id,
        workflow: { name: view.name, version: view.version },
        status,
        usage,
        ...(errorRecord === undefined ? {} : { error: errorRecord }),
        ...(startedBy && { startedBy }),
        startedAt: run.startedAt,
        endedAt,
        durationMs,
      },
      { output: () => end.output, nodes: () => run.nodes.byPath() },
    );
  }

  #emitEnd({ status, error }: WorkflowOutcome, durationMs: number): void {
    const { run } = this;
    const { completed, failed, cancelled } = run.events.names;
    if (status === "failed") run.emit(failed, undefined, { durationMs, error: toErrorRecord(error) });
    else if (status === "completed") run.emit(completed, undefined, { durationMs });
    else run.emit(cancelled, undefined, { durationMs, ...(error && { error: toErrorRecord(error) }) });
  }

  async #release(release: Release): Promise<RunResult> {
    const { run } = this;
    if (release.reason === "lost") throw release.error;
    await run.recordRelease(release);
    run.emit(run.events.names.suspended, undefined, { reason: release.reason });
    const stored = await run.store.read(run.id);
    this.isCancelledLate = release.reason !== "interrupted" && stored.status === "interrupted";
    return finishInTurns(resultOf(stored), run.pace.slice);
  }
}
