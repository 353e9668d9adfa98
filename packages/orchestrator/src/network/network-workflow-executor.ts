import { IceError, type JsonObject, type NodeType, type RunResult } from "@ice/core";
import { networkInput } from "@ice/core/internal";
import { isEnded } from "../engine/ended-result.ts";
import type { Engine } from "../engine/engine.ts";
import { enqueueRun } from "../engine/enqueue-run.ts";
import { memberRunId } from "../engine/wake-network.ts";
import type { Activation } from "../run/activation.ts";
import { fromErrorRecord } from "../run/failure.ts";
import { isOwnedElsewhere, isUnrecorded } from "../journal/store-error-kinds.ts";

/**
 * Runs a workflow of a network as a separate run, or resumes the one that an earlier process started. The two end together:
 * cancelling or releasing the network cancels or releases the runs that it has started.
 */
export function networkWorkflowExecutor(engineOf: (tenant: string) => Engine): NodeType["execute"] {
  return (given) => {
    const activation = given as unknown as Activation;
    return new Member(engineOf(activation.run.store.tenant), activation).execute();
  };
}

class Member {
  readonly #engine: Engine;
  readonly #activation: Activation;
  readonly #runId: string;
  readonly #cancel = new AbortController();
  readonly #interrupt = new AbortController();
  #running: Promise<RunResult> | undefined;

  constructor(engine: Engine, activation: Activation) {
    this.#engine = engine;
    this.#activation = activation;
    this.#runId = memberRunId(activation.runId, activation.nodeId);
  }

  async execute(): Promise<unknown> {
    const { run } = this.#activation;
    this.#activation.onAbort(() => this.#stop());
    // The network was resumed only to be cancelled, which happens next: its workflows do not continue before that.
    if (this.#activation.scope.frame.isCancelling) return new Promise<never>(() => {});
    this.#running = run.history === undefined ? this.#start() : this.#continue();
    run.children.set(this.#runId, this.#running);
    const result = await this.#running.catch((error: unknown) => this.#withoutResult(error));
    if (result === undefined || !isEnded(result)) {
      if (result?.status !== "queued") this.#activation.emit("network.workflowSuspended", { runId: this.#runId });
      return run.signals.suspend(this.#activation);
    }
    const { status, output, error } = result;
    if (status === "completed") return { output, status, runId: this.#runId };
    const path = [this.#activation.nodeId, ...(error?.path === undefined ? [] : [error.path])].join(".");
    throw fromErrorRecord({ ...error!, path });
  }

  /** Where there are workers, they take the run, and the one that ends it hands the network on. */
  #start(): Promise<RunResult> {
    const { runId, path, node, config, input } = this.#activation;
    const [plan, inputs, options] = [node.workflow!(), config["inputs"] as JsonObject, { runId: this.#runId }];
    const internals = {
      addedInputs: { [networkInput]: input[networkInput] ?? {} },
      startedBy: { runId, path },
      // If the process crashes in between, the next one finds the run.
      onCreated: () => void this.#activation.checkpoint({ runId: this.#runId }),
    };
    return this.#isQueued
      ? enqueueRun(this.#engine, plan, inputs, { ...options, ...internals }).then(() => this.#engine.show(this.#runId))
      : this.#engine.execute(plan, inputs, { ...options, ...this.#options }, internals);
  }

  get #isQueued(): boolean {
    return this.#activation.run.hosted && this.#engine.store.dispatcher !== undefined;
  }

  async #continue(): Promise<RunResult> {
    try {
      if (this.#isQueued) return await this.#engine.show(this.#runId);
      return await this.#engine.resume(this.#runId, this.#options);
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_RUN_NOT_FOUND") throw error;
      if (this.#activation.checkpointed === undefined) return this.#start();
      throw this.#deleted(error);
    }
  }

  /** The records of the workflow are gone; starting it again would repeat its effects. */
  #deleted(cause: IceError): IceError {
    const { nodeId, runId: network } = this.#activation;
    return new IceError("ICE_RUN_NOT_FOUND", `The run "${this.#runId}" of the workflow "${nodeId}" was deleted.`, {
      cause,
      fix: "run the network again; deleting old runs also deletes those of networks that have not ended",
      details: { runId: this.#runId, network },
    });
  }

  /** Undefined if the workflow has not failed, although its run has no result here. */
  #withoutResult(error: unknown): undefined {
    if (isUnrecorded(error)) this.#activation.run.release({ reason: "interrupted" });
    else if (!isOwnedElsewhere(error)) throw error;
  }

  get #options() {
    const { waitForSignals: wait, suspension, usesCache: cache, hosted, events } = this.#activation.run;
    const { onEvent } = events;
    const [signal, interrupt] = [this.#cancel.signal, this.#interrupt.signal];
    return { signal, interrupt, wait, staySeconds: suspension.stayMs / 1000, cache, hosted, onEvent };
  }

  #stop(): void {
    const { run } = this.#activation;
    if (run.released) return this.#interrupt.abort();
    this.#cancel.abort();
    const cancelled = this.#cancelled();
    cancelled.catch(() => {}); // the network waits for it, and its result then shows no run
    run.children.set(this.#runId, cancelled);
  }

  /** The signal does not reach a run that is suspended, or that an earlier process has released. */
  async #cancelled(): Promise<RunResult> {
    const result = await this.#running?.catch((error: unknown) => this.#withoutResult(error));
    if (result !== undefined && isEnded(result)) return result;
    await this.#engine.cancel(this.#runId, "its network was cancelled");
    return this.#engine.show(this.#runId);
  }
}
