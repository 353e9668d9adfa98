import {
  defaultRuntime,
  IceError,
  schemaVersion,
  type BlueprintInput,
  type Issue,
  type JsonObject,
  type NodeInput,
  type QueuedRun,
  type RunOptions,
  type RunResult,
  type RunToQueue,
  type Runtime,
  type WorkflowHandle,
  type WorkflowOptions as References,
} from "@ice/core";
import type { Engine } from "../engine/engine.ts";
import { enqueueRun } from "../engine/enqueue-run.ts";
import { WorkflowEngine } from "../engine/workflow-engine.ts";
import type { Compilation } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import { requirePlan } from "../plan/require-plan.ts";

/** Symbol of the plan of a workflow. Global to the process, because two copies of this package may be installed. */
const planKey: unique symbol = Symbol.for("ice.plan/1") as never;

/** A workflow created from a blueprint of any origin; `issues()` reports what is wrong with it. */
export class BlueprintWorkflow implements WorkflowHandle {
  readonly name: string;
  readonly version: string;
  readonly #blueprint: unknown;
  readonly #runtime: Runtime;
  readonly #references: References;
  #compilation: Compilation | undefined;
  #compiling: Promise<Compilation> | undefined;

  constructor(
    blueprint: unknown,
    { runtime = defaultRuntime(), ...references }: References & { readonly runtime?: Runtime | undefined } = {},
  ) {
    const fields: { readonly name?: unknown; readonly version?: unknown } =
      typeof blueprint === "object" && blueprint !== null ? blueprint : {};
    this.name = typeof fields.name === "string" ? fields.name : "";
    this.version = typeof fields.version === "string" ? fields.version : "0.0.0";
    this.#blueprint = blueprint;
    this.#runtime = runtime;
    this.#references = references;
  }

  issues(): readonly Issue[] {
    return this.#compile().issues;
  }

  validate(): void {
    this[planKey]();
  }

  async execute(inputs: JsonObject = {}, options: RunOptions = {}): Promise<RunResult> {
    const engine = await this.#engineOf(options);
    return engine.execute(this[planKey](), inputs, options);
  }

  async enqueue(inputs: JsonObject = {}, options: RunToQueue = {}): Promise<QueuedRun> {
    const engine = await this.#engineOf(options);
    return enqueueRun(engine, this[planKey](), inputs, options);
  }

  /** The plan that the engine runs. @throws IceError `ICE_BLUEPRINT_INVALID`. */
  [planKey](): Plan {
    return requirePlan(this.#compile(), `Workflow "${this.name}"`);
  }

  /** The engine of a tenant, once the workflow is compiled. */
  async #engineOf({ tenant }: Pick<RunOptions, "tenant">): Promise<Engine> {
    const engine = this.#runtime.use(WorkflowEngine).forTenant(tenant);
    await engine.pace.turn();
    this.#compilation ??= await (this.#compiling ??= engine.compiler.compileInTurns(this.#blueprint, this.#references));
    return engine;
  }

  /** Validated and compiled once; later calls use the same plan. */
  #compile(): Compilation {
    return (this.#compilation ??= this.#runtime
      .use(WorkflowEngine)
      .compiler.compile(this.#blueprint, this.#references));
  }
}

/** The plan of a workflow that this engine created. @throws IceError `ICE_USAGE` for another one, `ICE_BLUEPRINT_INVALID`. */
export function planOfHandle(workflow: WorkflowHandle & { [planKey]?(): Plan }): Plan {
  const plan = workflow[planKey]?.();
  if (plan !== undefined) return plan;
  throw new IceError("ICE_USAGE", `The workflow "${workflow.name}" was not created by this engine.`, {
    fix: "create it with new Workflow() or WorkflowFactory.create()",
  });
}

/** The fields of a blueprint without its nodes, and the runtime of the workflow. */
export interface WorkflowOptions extends Omit<BlueprintInput, "nodes" | "schemaVersion"> {
  /** Default: the default runtime of this process. */
  readonly runtime?: Runtime | undefined;
}

/**
 * A workflow written in TypeScript: nodes with dependencies, validated once and executed any number of times.
 *
 * @example
 * const workflow = new Workflow([{ id: "hello", type: "tool", toolName: "echo", toolArgs: { msg: "hi" } }], { name: "demo" });
 * workflow.validate();
 * const { output } = await workflow.execute();
 */
export class Workflow extends BlueprintWorkflow {
  // Callers without type checks may omit the fields: validation then reports that `name` is missing.
  constructor(nodes: readonly NodeInput[], { runtime, ...fields }: WorkflowOptions = {} as WorkflowOptions) {
    super({ schemaVersion, ...fields, nodes }, { runtime });
  }
}
