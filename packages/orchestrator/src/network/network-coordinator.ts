import {
  IceError,
  type Issue,
  type JsonObject,
  type NetworkCoordinator,
  type NetworkCoordinatorFactory,
  type NetworkResult,
  type NetworkResumeOptions,
  type NetworkRunOptions,
  type QueuedRun,
  type RunToQueue,
  type StoredRun,
  type WorkflowOptions,
} from "@ice/core";
import { networkInput } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { enqueueRun } from "../engine/enqueue-run.ts";
import { memberRunId } from "../engine/wake-network.ts";
import { isNetwork } from "../history/stored-result.ts";
import type { NetworkCompilation } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import { requirePlan } from "../plan/require-plan.ts";
import type { ChildRuns } from "../run/run-context.ts";
import { memberIds, networkResult } from "./network-result.ts";

/** Creates coordinators on one engine. A network is a run whose nodes are workflows, and the engine runs it like any other. */
export function createNetworkCoordinatorFactory(engine: Engine): NetworkCoordinatorFactory {
  const resume = async (runId: string, options: NetworkResumeOptions = {}, given?: Plan): Promise<NetworkResult> => {
    const kept = await requireNetwork(engine, runId);
    const ids = memberIds(kept.document);
    const children: ChildRuns = new Map();
    const result = await engine.resume(runId, { ...options, kept, children, given });
    return networkResult(engine, result, ids, children);
  };
  return {
    create: (manifest, references = {}) => new Network(manifest, references, engine, resume),
    has: async (runId) => isNetwork(await engine.store.summary(runId)),
    resume: (runId, options) => resume(runId, options),
    async show(runId) {
      const kept = await requireNetwork(engine, runId);
      return networkResult(engine, await engine.resultOf(kept), memberIds(kept.document), new Map());
    },
  };
}

class Network implements NetworkCoordinator {
  readonly name: string;
  readonly tenant: string;
  readonly #manifest: unknown;
  readonly #references: WorkflowOptions;
  readonly #engine: Engine;
  readonly #resume: (runId: string, options?: NetworkResumeOptions, given?: Plan) => Promise<NetworkResult>;
  #compilation: NetworkCompilation | undefined;
  #compiling: Promise<NetworkCompilation> | undefined;

  constructor(manifest: unknown, references: WorkflowOptions, engine: Engine, resume: Network["resume"]) {
    const { name } = (typeof manifest === "object" && manifest !== null ? manifest : {}) as { readonly name?: unknown };
    this.name = typeof name === "string" ? name : "";
    this.tenant = engine.store.tenant;
    this.#manifest = manifest;
    this.#references = references;
    this.#engine = engine;
    this.#resume = resume;
  }

  issues(): readonly Issue[] {
    return this.#compile().issues;
  }

  async run({ runId = this.#engine.newRunId(), ...options }: NetworkRunOptions = {}): Promise<NetworkResult> {
    const { plan, ids, inputs } = await this.#prepare(runId);
    const children: ChildRuns = new Map();
    const result = await this.#engine.execute(plan, inputs, { ...options, runId }, { children });
    return networkResult(this.#engine, result, ids, children);
  }

  async enqueue({ runId = this.#engine.newRunId(), ...options }: Omit<RunToQueue, "tenant"> = {}): Promise<QueuedRun> {
    const { plan, inputs } = await this.#prepare(runId);
    return enqueueRun(this.#engine, plan, inputs, { ...options, runId });
  }

  async resume(runId: string, options?: NetworkResumeOptions): Promise<NetworkResult> {
    return this.#resume(runId, options, this.#requirePlan());
  }

  async #prepare(runId: string): Promise<{ plan: Plan; ids: readonly string[]; inputs: JsonObject }> {
    const { compiler } = this.#engine;
    this.#compilation ??= await (this.#compiling ??= compiler.compileNetworkInTurns(this.#manifest, this.#references));
    const plan = this.#requirePlan();
    const ids = memberIds(plan.document);
    checkLength(runId, ids);
    return { plan, ids, inputs: { [networkInput]: this.#compile().global } };
  }

  #requirePlan(): Plan {
    return requirePlan(this.#compile(), `Network "${this.name}"`);
  }

  #compile(): NetworkCompilation {
    return (this.#compilation ??= this.#engine.compiler.compileNetwork(this.#manifest, this.#references));
  }
}

async function requireNetwork(engine: Engine, runId: string): Promise<StoredRun> {
  const stored = await engine.store.read(runId);
  if (isNetwork(stored)) return stored;
  throw new IceError("ICE_USAGE", `The run "${runId}" does not belong to a network.`, {
    fix: "resume or show it as the run of a workflow",
    details: { runId },
  });
}

/** Run ids have at most 128 characters, including those of the workflows. */
function checkLength(runId: string, ids: readonly string[]): void {
  const longest = ids.toSorted((a, b) => b.length - a.length)[0]!;
  if (memberRunId(runId, longest).length <= 128) return;
  throw new IceError("ICE_USAGE", `The run id "${runId.slice(0, 140)}" is too long: "${longest}" is appended to it.`, {
    fix: `use at most ${127 - longest.length} characters`,
  });
}
