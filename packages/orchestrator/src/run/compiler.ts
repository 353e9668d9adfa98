import {
  analyzeBlueprint,
  analyzeNetwork,
  analyzeNetworkBlueprint,
  BlueprintLoader,
  fromRunDocument,
  IceError,
  type AnalysisContext,
  type AnalysisResult,
  type Issue,
  type JsonObject,
  type NodeType,
  type OwnerLimits,
  type Runtime,
  type StoredRun,
} from "@ice/core";
import { currentDocument } from "./run-document.ts";
import { compilePlan, type Plan } from "./plan.ts";

export interface CompilerOptions {
  readonly runtime: Runtime;
  /** Limits of the process owner; a blueprint cannot change them. */
  readonly limits: Partial<OwnerLimits>;
}

/** What became of a blueprint: a plan, unless an issue is an error. */
export interface Compilation {
  readonly issues: readonly Issue[];
  readonly plan: Plan | undefined;
}

/** What became of a network. */
export interface NetworkCompilation extends Compilation {
  /** What all of its workflows read as `inputs.global`. */
  readonly global: JsonObject;
}

/** Makes plans of blueprints, of networks, and of what runs have kept of either. */
export class Compiler {
  readonly #options: CompilerOptions;
  readonly #runMember: NodeType["execute"];

  /** @param runMember - runs a workflow of a network. */
  constructor(options: CompilerOptions, runMember: NodeType["execute"]) {
    this.#options = options;
    this.#runMember = runMember;
  }

  /** @param base - the blueprint's own file, from which `./child.yaml` is found. */
  compile(blueprint: unknown, base: string | undefined): Compilation {
    return compilationOf(analyzeBlueprint(blueprint, this.#context(base === undefined ? {} : { base })));
  }

  compileNetwork(manifest: unknown, base: string | undefined): NetworkCompilation {
    const analysis = analyzeNetwork(manifest, this.#context(base === undefined ? {} : { base }), this.#runMember);
    return { ...compilationOf(analysis), global: analysis.global };
  }

  /** The plan of a stored run, from what it has kept. @throws IceError `ICE_BLUEPRINT_INVALID`. */
  planOf(stored: Pick<StoredRun, "runId" | "document" | "records">): Plan {
    const { runId } = stored;
    const { kind, blueprint, context } = fromRunDocument(currentDocument(stored).data);
    const { plan, issues } = compilationOf(
      kind === "network"
        ? analyzeNetworkBlueprint(blueprint, this.#context(context), this.#runMember)
        : analyzeBlueprint(blueprint, this.#context(context)),
    );
    if (plan !== undefined) return plan;
    throw new IceError("ICE_BLUEPRINT_INVALID", `The run "${runId}" cannot be continued here: ${issues[0]?.message}.`, {
      fix: "start ice with the same plugins and tools as before",
      details: { issues },
    });
  }

  #context(known: Pick<AnalysisContext, "base" | "pinned" | "addedInputs">): AnalysisContext {
    const { runtime, limits } = this.#options;
    const loader = runtime.tryUse(BlueprintLoader);
    return { runtime, limits, ...(loader !== undefined && { loader }), ...known };
  }
}

const compilationOf = ({ issues, analyzed }: AnalysisResult): Compilation => ({
  issues,
  plan: analyzed === undefined ? undefined : compilePlan(analyzed),
});
