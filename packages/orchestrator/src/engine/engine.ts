import type { JsonObject, PlacedJob, PlacedOutcome, RunOptions, RunResult, RunStore, StoredRun } from "@ice/core";
import { finishInTurns } from "@ice/core/internal";
import { historyOf } from "../history/history.ts";
import { resultOf } from "../history/stored-result.ts";
import type { Compiler } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import type { Bounds } from "../run/bounds.ts";
import { restoreRun } from "../run/restore-run.ts";
import { Run } from "../run/run.ts";
import { WorkflowFrame } from "../run/workflow-frame.ts";
import type { Pace } from "../scheduling/pace.ts";
import type {
  EngineResumeOptions,
  InternalRunOptions,
  OwnedRun,
  RunToContinue,
  SharedEngine,
  Starting,
} from "./engine-options.ts";
import { resultAfterRelease } from "./result-after-release.ts";
import { cancelRun } from "./cancel-run.ts";
import { isEnded, unlessEnded } from "./ended-result.ts";
import { enqueueRun } from "./enqueue-run.ts";
import { listen } from "./listen.ts";
import { drainRuns, handOverRuns, leaveRuns } from "./leave-runs.ts";
import { LiveRun } from "./live-run.ts";
import { newRun } from "./new-run.ts";
import { planToResume } from "./plan-to-resume.ts";
import { runAttempt, type AttemptOptions } from "./run-attempt.ts";
import { RunInbox } from "./run-inbox.ts";
import { wakeNetwork } from "./wake-network.ts";

/** Runs plans for one tenant. It does not depend on where workflows come from. */
export class Engine {
  readonly store: RunStore;
  readonly compiler: Compiler;
  readonly pace: Pace;
  readonly bounds: Bounds;
  readonly #shared: SharedEngine;

  /** @param store - whose runs these are. */
  constructor(store: RunStore, shared: SharedEngine) {
    this.store = store;
    this.compiler = shared.compiler;
    this.pace = shared.pace;
    this.bounds = shared.bounds;
    this.#shared = shared;
  }

  /** The engine for the runs of a tenant. Default: this one. @throws IceError `ICE_USAGE` for an invalid name. */
  forTenant(tenant: string = this.store.tenant): Engine {
    return tenant === this.store.tenant ? this : new Engine(this.store.forTenant(tenant), this.#shared);
  }

  newRunId(): string {
    return this.#shared.options.newRunId();
  }

  /**
   * Runs a plan until it ends or is suspended.
   *
   * @throws IceError `ICE_INPUT_INVALID`, `ICE_RUN_EXISTS`, `ICE_USAGE` (a bad run id), `ICE_ORCHESTRATOR_CLOSED` before anything
   * runs; `ICE_STORE_*`.
   */
  execute(
    plan: Plan,
    givenInputs: JsonObject,
    options: RunOptions = {},
    internals: InternalRunOptions = {},
  ): Promise<RunResult> {
    return this.#shared.starting.begin((isLive) => this.#execute(plan, givenInputs, options, { ...internals, isLive }));
  }

  /** Resolves when the runs that nodes have started detached in this process have ended, or are suspended. */
  whenDetachedEnd(): Promise<void> {
    return this.#shared.detached.whenEnded();
  }

  async #execute(
    plan: Plan,
    givenInputs: JsonObject,
    options: RunOptions,
    { children, onCreated, isLive, ...internals }: InternalRunOptions & Starting,
  ): Promise<RunResult> {
    const run = await newRun(this, plan, givenInputs, { ...options, ...internals });
    const owner = new RunInbox();
    const journal = await this.store.create(run, owner);
    onCreated?.();
    options.onCreated?.();
    await this.pace.turn();
    return this.#run(
      plan,
      { ...run, records: [], signals: [] },
      { owner, journal, history: undefined, options, children, isLive },
    );
  }

  /**
   * Resumes a run.
   *
   * @throws see `WorkflowExecutionService.resume`.
   */
  resume(runId: string, options: EngineResumeOptions = {}): Promise<RunResult> {
    return this.#shared.starting.begin((isLive) => this.#resume(runId, { ...options, isLive }));
  }

  async #resume(runId: string, options: EngineResumeOptions & Starting): Promise<RunResult> {
    const { kept = await this.store.read(runId) } = options;
    if (isEnded(kept)) return this.resultOf(kept);
    const { plan, changed } = await planToResume(this, kept, options);
    const owner = new RunInbox();
    const opened = await this.store.open(runId, owner, kept).catch(unlessEnded);
    // Its owner has ended it since it was read.
    if (opened === undefined) return this.show(runId);
    const { journal, run } = opened;
    options.onOpened?.();
    const { cancel, children, isLive } = options;
    const begun = { owner, journal, options, cancel, children, isLive };
    // What was only queued has no history: it begins.
    if (kept.status === "queued" && run.records.length === 0)
      return this.#run(plan, run, { ...begun, history: undefined });
    const { document } = plan;
    const forced = changed ? { blueprintHash: document.hash, document: document.data } : {};
    await journal.append(Object.freeze({ kind: "resumed", at: this.now(), ...forced }));
    const history = await finishInTurns(historyOf(run), this.pace.slice);
    return this.#run(plan, run, { ...begun, history });
  }

  /**
   * The result of a run, as far as it is recorded.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`.
   */
  async show(runId: string): Promise<RunResult> {
    return this.resultOf(await this.store.read(runId));
  }

  async resultOf(stored: StoredRun): Promise<RunResult> {
    return finishInTurns(resultOf(stored), this.pace.slice);
  }

  /**
   * Cancels a run, whichever process owns it.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`.
   */
  cancel(runId: string, reason: string): Promise<void> {
    return cancelRun(this, runId, reason);
  }

  /**
   * Releases the runs in progress of all tenants, so that they can be resumed; runs in a store that is not durable are cancelled.
   * Runs that are about to start are released once they have, and no others start.
   */
  close(): Promise<void> {
    return leaveRuns(this.#shared);
  }

  /** Waits until no run is in progress, of any tenant, at most so long. Runs that only wait are suspended at once. */
  drain(ms: number): Promise<void> {
    return drainRuns(this.#shared, ms);
  }

  /** Lets nodes in flight end, at most so long, and leaves the runs of all tenants for other processes; nothing starts any more. */
  handOver(ms: number): Promise<void> {
    return handOverRuns(this.#shared, ms);
  }

  /** Executes one attempt of a node of a run that another process owns. @throws IceError `ICE_NODE_NOT_FOUND`. */
  attempt(plan: Plan, job: PlacedJob, options: AttemptOptions): Promise<PlacedOutcome> {
    return runAttempt(this.#shared, plan, { ...job, tenant: this.store.tenant }, options);
  }

  /** The run, if it is in progress in this process. */
  liveRun(runId: string): LiveRun | undefined {
    return this.#shared.live.get(this.store.tenant, runId);
  }

  now(): number {
    return this.#shared.options.clock.now();
  }

  setTimer(ms: number, callback: () => void): () => void {
    return this.#shared.options.clock.setTimer(ms, callback);
  }

  async #run(
    plan: Plan,
    stored: OwnedRun,
    { owner, journal, history, options, cancel, children, isLive }: RunToContinue,
  ): Promise<RunResult> {
    const { signal, onEvent, wait = false, interrupt, staySeconds, cache: usesCache } = options;
    const { runtime, clock, random } = this.#shared.options;
    const { store } = this;
    const { runId, startedAt, inputs, signals, hosted } = stored;
    const { maxConcurrency, depth } = stored.options as RunOptions & Pick<InternalRunOptions, "depth">;
    const inherited = { wait, staySeconds, cache: usesCache, hosted };
    const run = new Run({
      id: runId,
      kind: plan.kind,
      runtime,
      clock,
      pace: this.pace,
      bounds: this.bounds,
      random,
      onEvent,
      store,
      journal,
      startedAt,
      history,
      signals,
      waitForSignals: wait,
      usesCache,
      stayMs: (staySeconds ?? this.#shared.options.staySeconds ?? 60) * 1000,
      children,
      depth,
      hosted,
      detach: ({ plan: child, inputs: given, runId: id, ...internals }) =>
        this.#shared.detached.start((onCreated) =>
          hosted === true && store.dispatcher !== undefined
            ? enqueueRun(this, child, given, { runId: id, ...internals, onCreated })
            : this.execute(child, given, { runId: id, ...inherited }, { ...internals, onCreated }),
        ),
    });
    if (history !== undefined) await finishInTurns(restoreRun(run, history), this.pace.slice);
    const frame = new WorkflowFrame({ run, plan, inputs, maxConcurrency });
    const live = new LiveRun(run, frame);
    owner.attach(live);
    const remove = this.#shared.live.add(store.tenant, runId, live);
    isLive();
    const unsubscribe = listen(signal, () => live.cancel(abortReason));
    const forget = listen(interrupt, () => run.release({ reason: "interrupted" }));
    let result: RunResult;
    try {
      result = await live.finish(stored, signal?.aborted === true ? abortReason : cancel);
    } finally {
      remove();
      unsubscribe();
      forget();
      await wakeNetwork(store, stored);
    }
    return isEnded(result) ? result : resultAfterRelease(this, live, result, { ...options, children, given: plan });
  }
}

const abortReason = "its signal was aborted";
