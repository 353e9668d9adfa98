import type {
  JsonObject,
  NetworkCoordinator,
  NetworkResult,
  NetworkRunOptions,
  OfTenant,
  RunHandle,
  RunHost,
  RunOptions,
  RunToQueue,
  WorkflowHandle,
} from "@ice/core";
import type { Engine } from "../engine/engine.ts";
import { createNetworkCoordinatorFactory } from "../network/network-coordinator.ts";
import { beginRun } from "./begin-run.ts";
import { handOnRun } from "./hand-on-run.ts";
import { serverIsDraining } from "./server-is-draining.ts";
import { waitForRun } from "./wait-for-run.ts";

/** Leaves every run to the workers of the store: it owns none, and continues none by itself. */
export class QueueingRunHost implements RunHost {
  readonly active = 0;
  readonly #engine: Engine;
  #state: RunHost["state"] = "ready";

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get state(): RunHost["state"] {
    return this.#state;
  }

  async open(): Promise<void> {}

  start(workflow: WorkflowHandle, inputs?: JsonObject, options: RunOptions = {}): RunHandle {
    const engine = this.#engine.forTenant(options.tenant);
    return this.#queue(engine, options, {
      enqueue: (given) => workflow.enqueue(inputs, { ...given, tenant: engine.store.tenant }),
      result: (runId) => engine.show(runId),
    });
  }

  startNetwork(network: NetworkCoordinator, options: NetworkRunOptions = {}): RunHandle<NetworkResult> {
    const engine = this.#engine.forTenant(network.tenant);
    return this.#queue(engine, options, {
      enqueue: (given) => network.enqueue(given),
      result: (runId) => createNetworkCoordinatorFactory(engine).show(runId),
    });
  }

  async resume(runId: string, { tenant }: OfTenant = {}): Promise<void> {
    this.#assertReady();
    await handOnRun(this.#engine.forTenant(tenant), runId);
  }

  async adopt(runId: string, { tenant }: OfTenant = {}): Promise<void> {
    await this.#engine.forTenant(tenant).store.hosting.adopt(runId);
  }

  /** Takes no further runs. */
  async stop(): Promise<void> {
    this.#state = "draining";
  }

  async drain(ms: number): Promise<void> {
    await this.stop();
    await this.#engine.handOver(ms);
  }

  #queue<Result>(
    engine: Engine,
    { runId = engine.newRunId(), ...options }: RunOptions,
    source: {
      readonly enqueue: (options: RunToQueue) => Promise<unknown>;
      readonly result: (runId: string) => Promise<Result>;
    },
  ): RunHandle<Result> {
    this.#assertReady();
    return beginRun({ ...options, runId }, async ({ signal, ...given }) => {
      await source.enqueue(given);
      signal?.addEventListener("abort", () => void engine.cancel(runId, "by request").catch(() => {}), { once: true });
      await waitForRun(engine, runId);
      return source.result(runId);
    });
  }

  #assertReady(): void {
    if (this.#state !== "ready") throw serverIsDraining();
  }
}
