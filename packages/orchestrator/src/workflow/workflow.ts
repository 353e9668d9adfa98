import {
  defaultRuntime,
  IceError,
  schemaVersion,
  type BlueprintInput,
  type Issue,
  type JsonObject,
  type NodeInput,
  type RunOptions,
  type RunResult,
  type Runtime,
  type WorkflowHandle,
} from "@ice/core";
import { WorkflowEngine } from "../engine/workflow-engine.ts";
import type { Compilation } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";

/** A workflow made from a blueprint of any origin; what is wrong with it shows in `issues()`. */
export class BlueprintWorkflow implements WorkflowHandle {
  readonly name: string;
  readonly version: string;
  readonly #blueprint: unknown;
  readonly #runtime: Runtime;
  readonly #base: string | undefined;
  #compilation: Compilation | undefined;
  #compiling: Promise<Compilation> | undefined;

  constructor(
    blueprint: unknown,
    { runtime = defaultRuntime(), base }: { readonly runtime?: Runtime; readonly base?: string | undefined } = {},
  ) {
    const fields: { readonly name?: unknown; readonly version?: unknown } =
      typeof blueprint === "object" && blueprint !== null ? blueprint : {};
    this.name = typeof fields.name === "string" ? fields.name : "";
    this.version = typeof fields.version === "string" ? fields.version : "0.0.0";
    this.#blueprint = blueprint;
    this.#runtime = runtime;
    this.#base = base;
  }

  issues(): readonly Issue[] {
    return this.#compile().issues;
  }

  validate(): void {
    this.requirePlan();
  }

  async execute(inputs: JsonObject = {}, options: RunOptions = {}): Promise<RunResult> {
    const engine = this.#runtime.use(WorkflowEngine);
    await engine.pace.turn();
    this.#compilation ??= await (this.#compiling ??= engine.compiler.compileInTurns(this.#blueprint, this.#base));
    return engine.execute(this.requirePlan(), inputs, options);
  }

  /** Internal: what the engine runs. @throws IceError `ICE_BLUEPRINT_INVALID`. */
  requirePlan(): NonNullable<Compilation["plan"]> {
    const { plan, issues } = this.#compile();
    if (plan !== undefined) return plan;
    const errors = issues.filter(({ severity }) => severity === "error");
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
    throw new IceError(
      "ICE_BLUEPRINT_INVALID",
      `Workflow "${this.name}" is not valid: ${errors[0]?.message.replace(/\.$/, "")}${more}.`,
      {
        fix: errors[0]?.fix ?? "look at details.issues",
        details: { issues },
      },
    );
  }

  /** Checked and compiled once; every later call uses the same plan. */
  #compile(): Compilation {
    return (this.#compilation ??= this.#runtime.use(WorkflowEngine).compiler.compile(this.#blueprint, this.#base));
  }
}

/** The plan of a workflow that this package made. @throws IceError `ICE_USAGE` for another one, `ICE_BLUEPRINT_INVALID`. */
export function planOfHandle(workflow: WorkflowHandle): Plan {
  if (workflow instanceof BlueprintWorkflow) return workflow.requirePlan();
  throw new IceError("ICE_USAGE", `The workflow "${workflow.name}" was not made by this engine.`, {
    fix: "make it with new Workflow() or WorkflowFactory.create()",
  });
}

/** Everything of a blueprint but its nodes, and where the workflow lives. */
export interface WorkflowOptions extends Omit<BlueprintInput, "nodes" | "schemaVersion"> {
  /** Default: the runtime of this process. */
  readonly runtime?: Runtime;
}

/**
 * A workflow written in TypeScript: nodes with dependencies, checked once, run as often as you like.
 *
 * @example
 * const workflow = new Workflow([{ id: "hello", type: "tool", toolName: "echo", toolArgs: { msg: "hi" } }], { name: "demo" });
 * workflow.validate();
 * const { output } = await workflow.execute();
 */
export class Workflow extends BlueprintWorkflow {
  // Callers that are not type-checked may leave the fields out: then validation says that `name` is missing.
  constructor(nodes: readonly NodeInput[], { runtime, ...fields }: WorkflowOptions = {} as WorkflowOptions) {
    super({ schemaVersion, ...fields, nodes }, runtime === undefined ? {} : { runtime });
  }
}
