import {
  analyzeBlueprint,
  BlueprintLoader,
  FileAccess,
  IceError,
  type Issue,
  type JsonObject,
  type NodeType,
  type OwnerLimits,
  type Runtime,
  type StoredRun,
  type WorkflowOptions,
} from "@ice/core";
import {
  analyzeBlueprintInTurns,
  analyzeNetwork,
  analyzeNetworkBlueprintInTurns,
  analyzeNetworkInTurns,
  finish,
  finishInTurns,
  fromRunDocument,
  type AnalysisContext,
  type AnalysisResult,
  type AnalyzedBlueprint,
  type Steps,
  type TimeSlice,
} from "@ice/core/internal";
import { compilePlan, type ComposeNode, type Plan } from "./plan.ts";
import { currentDocument } from "./run-document.ts";

export interface CompilerOptions {
  readonly runtime: Runtime;
  /** Limits of the owner of the process; a blueprint cannot change them. */
  readonly limits: Partial<OwnerLimits>;
  readonly timeSlice: TimeSlice;
}

/** Functions that plans call when they run. */
export interface CompilerParts {
  /** Runs a workflow of a network. */
  readonly runMember: NodeType["execute"];
  readonly composeNode: ComposeNode;
}

/** The result of compiling a blueprint: a plan, unless an issue is an error. */
export interface Compilation {
  readonly issues: readonly Issue[];
  readonly plan: Plan | undefined;
}

/** The result of compiling a network. */
export interface NetworkCompilation extends Compilation {
  /** Data that all of its workflows read as `inputs.global`. */
  readonly global: JsonObject;
}

/** Compiles blueprints, networks, and the stored documents of runs into plans. */
export class Compiler {
  readonly #options: CompilerOptions;
  readonly #runMember: NodeType["execute"];
  readonly #composeNode: ComposeNode;

  constructor(options: CompilerOptions, { runMember, composeNode }: CompilerParts) {
    this.#options = options;
    this.#runMember = runMember;
    this.#composeNode = composeNode;
  }

  compile(blueprint: unknown, references: WorkflowOptions): Compilation {
    return finish(this.#compilationOf(analyzeBlueprint(blueprint, this.#context(references))));
  }

  /** The same, in turns of the event loop. */
  async compileInTurns(blueprint: unknown, references: WorkflowOptions): Promise<Compilation> {
    const { timeSlice } = this.#options;
    const analysis = await analyzeBlueprintInTurns(blueprint, this.#context(references), timeSlice);
    return finishInTurns(this.#compilationOf(analysis), timeSlice);
  }

  compileNetwork(manifest: unknown, references: WorkflowOptions): NetworkCompilation {
    const analysis = analyzeNetwork(manifest, this.#context(references), this.#runMember);
    return { ...finish(this.#compilationOf(analysis)), global: analysis.global };
  }

  /** The same, in turns of the event loop. */
  async compileNetworkInTurns(manifest: unknown, references: WorkflowOptions): Promise<NetworkCompilation> {
    const { timeSlice } = this.#options;
    const analysis = await analyzeNetworkInTurns(manifest, this.#context(references), this.#runMember, timeSlice);
    return { ...(await finishInTurns(this.#compilationOf(analysis), timeSlice)), global: analysis.global };
  }

  /** The plan of a stored run, compiled from its document. @throws IceError `ICE_BLUEPRINT_INVALID`. */
  async planOf(stored: StoredDocument): Promise<Plan> {
    const analysis = await this.#analysisOf(stored);
    const { plan, issues } = await finishInTurns(this.#compilationOf(analysis), this.#options.timeSlice);
    return plan ?? notHere(stored, issues);
  }

  /** The blueprint of a stored run, for drawing it. @throws IceError `ICE_BLUEPRINT_INVALID`. */
  async analyzedOf(stored: StoredDocument): Promise<AnalyzedBlueprint> {
    const { analyzed, issues } = await this.#analysisOf(stored);
    return analyzed ?? notHere(stored, issues);
  }

  #analysisOf(stored: StoredDocument): Promise<AnalysisResult> {
    const { timeSlice } = this.#options;
    const { kind, blueprint, context } = fromRunDocument(currentDocument(stored).data);
    return kind === "network"
      ? analyzeNetworkBlueprintInTurns(blueprint, this.#context(context), this.#runMember, timeSlice)
      : analyzeBlueprintInTurns(blueprint, this.#context(context), timeSlice);
  }

  *#compilationOf({ issues, analyzed }: AnalysisResult): Steps<Compilation> {
    if (analyzed === undefined) return { issues, plan: undefined };
    this.#protectFilesOf(analyzed);
    return { issues, plan: yield* compilePlan(analyzed, this.#composeNode) };
  }

  /** A plan does not read its files again. */
  #protectFilesOf({ base, workflows }: AnalyzedBlueprint): void {
    const files = this.#options.runtime.tryUse(FileAccess);
    for (const address of [base, ...[...workflows.values()].map((workflow) => workflow.base)])
      if (address !== undefined) files?.protect(address.replace(/(?<=\.[cm]?[jt]s)#.*$/s, ""), "blueprint");
  }

  #context({
    workflows,
    ...known
  }: Pick<AnalysisContext, "base" | "pinned" | "addedInputs"> & WorkflowOptions): AnalysisContext {
    const { runtime, limits } = this.#options;
    const loader = runtime.tryUse(BlueprintLoader);
    return { runtime: workflows === undefined ? runtime : withWorkflows(runtime, workflows), limits, loader, ...known };
  }
}

type StoredDocument = Pick<StoredRun, "runId" | "document" | "records">;

function notHere({ runId }: StoredDocument, issues: readonly Issue[]): never {
  throw new IceError("ICE_BLUEPRINT_INVALID", `The run "${runId}" cannot be continued here: ${issues[0]?.message}.`, {
    fix: "start ice with the same plugins and tools as before",
    details: { issues },
  });
}

/** A view of a runtime with more workflows than its own, which come first. */
function withWorkflows(runtime: Runtime, more: NonNullable<WorkflowOptions["workflows"]>): AnalysisContext["runtime"] {
  const { nodes, tools, agents, channels, workflows } = runtime;
  return {
    nodes,
    tools,
    agents,
    channels,
    tryUse: (key) => runtime.tryUse(key),
    workflows: { ...workflows, get: (ref) => workflows.get(ref) ?? more(ref) },
  };
}
