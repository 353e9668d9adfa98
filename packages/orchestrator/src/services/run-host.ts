import {
  IceError,
  type NetworkCoordinator,
  type NetworkResult,
  type NetworkRunOptions,
  type JsonObject,
  type OfTenant,
  type RunHandle,
  type RunHost,
  type RunOptions,
  type RunToHost,
  type WorkflowHandle,
} from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";
import { awaitsSignal } from "../engine/awaits-signal.ts";
import type { Engine } from "../engine/engine.ts";
import { beginRun } from "./begin-run.ts";
import { FailedResumes } from "./failed-resumes.ts";
import { hostedRoot } from "./hosted-root.ts";
import { serverIsDraining } from "./server-is-draining.ts";
import { StartPace } from "./start-pace.ts";

/** Options of a `RunHost`. */
export interface HostOptions {
  /** Maximum number of runs in progress in this process. Default 1,000. */
  readonly activeRuns?: number | undefined;
  /** Called with what keeps a run from being continued; it is tried again later. */
  readonly onProblem?: ((error: unknown, run: { readonly tenant: string; readonly runId: string }) => void) | undefined;
}

/** How long news are collected before the host looks at them. */
const joinMs = 20;
/** Processes that end write nothing, so the host also looks without news. */
const lookMs = 1000;
/** Maximum number of runs of each kind that one look finds. */
const perLook = 100;
const startsPerTurn = 20;
/** Maximum number of interrupted runs that are left alone at the start. */
const maxLeft = 1000;

/** Continues hosted runs in this process. */
export class EngineRunHost implements RunHost {
  readonly #engine: Engine;
  readonly #maxActive: number;
  readonly #onProblem: NonNullable<HostOptions["onProblem"]>;
  readonly #pace = new StartPace(startsPerTurn);
  readonly #failed: FailedResumes;
  /** Runs that were started or continued here, until they end or are suspended, by their unique names. */
  readonly #active = new Map<string, Promise<unknown>>();
  /** Runs that are left alone until they are resumed. */
  readonly #left = new Set<string>();
  #state: RunHost["state"] = "ready";
  #isOpen = false;
  #stopWatching = (): void => {};
  #cancelTimer = (): void => {};
  #looking: Promise<boolean> | undefined;
  #nextLook = Infinity;

  constructor(engine: Engine, { activeRuns = 1000, onProblem = () => {} }: HostOptions = {}) {
    this.#engine = engine;
    this.#maxActive = activeRuns;
    this.#onProblem = onProblem;
    this.#failed = new FailedResumes(() => engine.now());
  }

  get state(): RunHost["state"] {
    return this.#state;
  }

  get active(): number {
    return this.#active.size;
  }

  async open({ recover = true }: { readonly recover?: boolean | undefined } = {}): Promise<void> {
    if (this.#isOpen || this.#isStopping()) return;
    this.#isOpen = true;
    this.#state = "starting";
    try {
      if (!recover) await this.#leaveInterrupted();
      this.#stopWatching = this.#engine.store.hosting.watch(() => this.#lookWithin(joinMs));
      // A look finds a part of many. A run that could not stay in progress is no reason for a further look.
      const continued = new Set<string>();
      while (await this.#look(continued));
    } finally {
      if (!this.#isStopping()) this.#state = "ready";
    }
  }

  /** Asked again after pauses, in which the state may have changed. */
  #isStopping(): boolean {
    return this.#state === "draining";
  }

  async #leaveInterrupted(): Promise<void> {
    for (const { why, tenant, runId } of await this.#engine.store.hosting.toContinue(0, maxLeft))
      if (why === "interrupted") this.#left.add(uniqueRunName(tenant, runId));
  }

  start(workflow: WorkflowHandle, inputs?: JsonObject, options: RunOptions = {}): RunHandle {
    const tenant = options.tenant ?? this.#engine.store.tenant;
    return this.#begin(tenant, { ...options, tenant }, (given) => workflow.execute(inputs, given));
  }

  startNetwork(network: NetworkCoordinator, options: NetworkRunOptions = {}): RunHandle<NetworkResult> {
    return this.#begin(network.tenant, options, (given) => network.run(given));
  }

  async resume(runId: string, { tenant }: OfTenant = {}): Promise<void> {
    this.#assertReady();
    const root = await hostedRoot(this.#engine.forTenant(tenant), runId);
    await root.engine.store.hosting.adopt(root.runId);
    await this.#continue(root);
  }

  async adopt(runId: string, { tenant }: OfTenant = {}): Promise<void> {
    const { engine, runId: root } = await hostedRoot(this.#engine.forTenant(tenant), runId);
    await engine.store.hosting.adopt(runId);
    if (root !== runId) await engine.store.hosting.adopt(root);
    this.#lookWithin(joinMs);
  }

  /** Continues no further runs; those in progress go on until the engine closes. */
  async stop(): Promise<void> {
    this.#state = "draining";
    this.#stopWatching();
    this.#cancelTimer();
    await this.#looking;
  }

  async drain(ms: number): Promise<void> {
    await this.stop();
    await this.#engine.drain(ms);
    await this.#engine.close();
    await Promise.allSettled(this.#active.values());
  }

  #begin<Result>(
    tenant: string,
    { runId = this.#engine.newRunId(), ...options }: RunOptions,
    execute: (options: RunOptions) => Promise<Result>,
  ): RunHandle<Result> {
    this.#assertReady();
    if (this.active >= this.#maxActive)
      throw new IceError("ICE_SERVER_BUSY", `${this.#maxActive} runs are in progress, which is the limit.`, {
        fix: "try again later",
        retryable: true,
      });
    const handle = beginRun({ ...options, runId, hosted: true }, async (given) => {
      await this.#pace.turn();
      return execute(given);
    });
    this.#track(tenant, runId, handle.result);
    return handle;
  }

  #track(tenant: string, runId: string, result: Promise<unknown>): void {
    const name = uniqueRunName(tenant, runId);
    const ended = result
      .catch(() => {})
      .finally(() => {
        if (this.#active.get(name) === ended) this.#active.delete(name);
      });
    this.#active.set(name, ended);
  }

  #assertReady(): void {
    if (this.#isStopping()) throw serverIsDraining();
  }

  /** Looks for runs to continue within a time, or sooner if that was planned. */
  #lookWithin(ms: number): void {
    const at = this.#engine.now() + ms;
    if (!this.#isOpen || this.#isStopping() || at >= this.#nextLook) return;
    this.#cancelTimer();
    this.#nextLook = at;
    this.#cancelTimer = this.#engine.setTimer(ms, () => {
      this.#nextLook = Infinity;
      void this.#look();
    });
  }

  /**
   * Continues what can go on. Calls during a look are answered by a further one.
   *
   * @param continued - unique names of runs that earlier looks have continued; those of this one are added.
   * @returns whether there may be more that can go on now.
   */
  async #look(continued = new Set<string>()): Promise<boolean> {
    if (this.#looking !== undefined) {
      await this.#looking;
      this.#lookWithin(joinMs);
      return false;
    }
    this.#looking = this.#lookOnce(continued);
    const mayBeMore = await this.#looking;
    this.#looking = undefined;
    return mayBeMore;
  }

  async #lookOnce(continued: Set<string>): Promise<boolean> {
    let waitMs = lookMs;
    try {
      const now = this.#engine.now();
      const { hosting } = this.#engine.store;
      const found = await hosting.toContinue(now, perLook);
      const before = continued.size;
      for (const run of found) {
        if (this.#isStopping() || this.active >= this.#maxActive) return false;
        if (await this.#tryToContinue(run)) continued.add(uniqueRunName(run.tenant, run.runId));
      }
      const due = await hosting.nextDue();
      if (due !== undefined && due > now) waitMs = Math.min(waitMs, due - now);
      return found.length >= perLook && continued.size > before;
    } catch (error) {
      this.#onProblem(error, { tenant: this.#engine.store.tenant, runId: "" });
      return false;
    } finally {
      this.#lookWithin(waitMs);
    }
  }

  /** @returns whether the run goes on here now, or needs no further look. */
  async #tryToContinue(found: RunToHost): Promise<boolean> {
    const engine = this.#engine.forTenant(found.tenant);
    try {
      const root = await hostedRoot(engine, found.runId);
      const name = uniqueRunName(found.tenant, root.runId);
      if (
        this.#left.has(name) ||
        this.#active.has(name) ||
        engine.liveRun(root.runId) !== undefined ||
        this.#failed.has(name)
      )
        return false;
      if (found.why === "signalled" && !(await awaitsSignal(await engine.store.read(found.runId), engine.pace.slice)))
        await engine.store.hosting.keepWaiting(found);
      else await this.#continue(root);
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      this.#failed.add(uniqueRunName(found.tenant, found.runId));
      this.#onProblem(error, found);
      return false;
    }
  }

  /** Resolves once the run is in progress here, or has ended before. */
  async #continue({ engine, runId }: { readonly engine: Engine; readonly runId: string }): Promise<void> {
    const opened = Promise.withResolvers<void>();
    const result = engine.resume(runId, { onOpened: opened.resolve });
    this.#track(engine.store.tenant, runId, result);
    result.then(() => opened.resolve(), opened.reject);
    await opened.promise;
  }
}

/** The run belongs to another process, or is gone: nothing is left to do here. */
const isTaken = (error: unknown): boolean =>
  IceError.is(error) && (error.code === "ICE_STORE_OWNED" || error.code === "ICE_RUN_NOT_FOUND");
