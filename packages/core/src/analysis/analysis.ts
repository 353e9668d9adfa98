import type { BlueprintLimits } from "../services/owner-limits.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import { jsonSchemaOf } from "../json-schema/json-schema-of.ts";
import { PatternBudget } from "../json-schema/pattern.ts";
import type { JsonObject } from "../json/json.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { BlueprintLoader } from "../services/blueprint-loader.ts";
import type { ToolSchema } from "../tools/tool-schema.ts";
import type { AnalyzedBlueprint } from "./analyzed-blueprint.ts";
import type { DraftNode, DraftScope } from "./draft-node.ts";
import type { Finding } from "./issue-list.ts";
import { referenceKey, type PinnedWorkflows } from "./pinned-workflows.ts";

/** Everything outside the blueprint that an analysis may look up. */
export interface AnalysisContext {
  readonly runtime: Pick<Runtime, "nodes" | "tools" | "agents" | "channels" | "workflows" | "tryUse">;
  /** Reads the files of sub-workflows. */
  readonly loader?: BlueprintLoader | undefined;
  /** File of the blueprint; `schemaVersion` is then required. */
  readonly base?: string | undefined;
  readonly limits?: Partial<BlueprintLimits> | undefined;
  /** Sub-workflows stored with a run; they take precedence over files and registered workflows. */
  readonly pinned?: PinnedWorkflows | undefined;
  /** Further node types for the blueprint itself, but not for its sub-workflows. */
  readonly ownTypes?: ReadonlyMap<string, NodeType> | undefined;
  /** Names that the caller adds to the inputs after they have been checked. */
  readonly addedInputs?: readonly string[] | undefined;
}

/** A sub-workflow that a node refers to, before it is analysed. */
export interface PendingWorkflow {
  readonly key: string;
  readonly data: unknown;
  readonly base: string | undefined;
  readonly addedInputs: readonly string[];
  /** The node that refers to it first. */
  readonly pointer: string;
  readonly referrer: string;
}

/** The reference itself. */
type Place = Pick<PendingWorkflow, "pointer" | "referrer" | "addedInputs">;

type Resolved = { readonly key: string } | { readonly finding: Finding };

/** State shared by the analysis of a blueprint and of all its sub-workflows. */
export class Analysis {
  readonly context: AnalysisContext;
  readonly limits: BlueprintLimits;
  readonly workflows = new Map<string, AnalyzedBlueprint>();
  readonly references = new Map<string, string>();
  /** Size of the patterns of all schemas together. */
  readonly patterns = new PatternBudget();
  readonly pending: PendingWorkflow[] = [];
  /** Number of input names that may still be compared with the declared ones: each takes up to a millisecond. */
  inputsToCompare = 1000;
  /** Per list of nodes: its nodes by id. */
  readonly scopeIndexes = new WeakMap<DraftScope, ReadonlyMap<string, DraftNode>>();
  readonly #seen = new Set<string>();
  /** By `referenceKey`. */
  readonly #resolved = new Map<string, Resolved>();
  /** By location. Reading a file may take a tenth of a second, and thousands of nodes may refer to it, each with a different path. */
  readonly #files = new Map<string, Resolved>();
  readonly #outputSchemas = new Map<ToolSchema, JsonObject | undefined>();

  constructor(context: AnalysisContext, limits: BlueprintLimits) {
    this.context = context;
    this.limits = limits;
  }

  /** The key of the workflow to which a reference refers, or the problem of the reference. Each file is read once. */
  resolve(ref: string, base: string | undefined, place: Place): Resolved {
    const reference = referenceKey(ref, base);
    const known = this.#resolved.get(reference);
    if (known !== undefined) return known;
    const pinned = this.context.pinned?.get(reference);
    const resolved =
      pinned !== undefined
        ? this.#enqueue(pinned.key, pinned.data, pinned.base, place)
        : /^\.{0,2}\//.test(ref)
          ? this.#resolveFile(ref, base, place)
          : this.#resolveName(ref, place);
    this.#resolved.set(reference, resolved);
    if ("key" in resolved) this.references.set(reference, resolved.key);
    return resolved;
  }

  /** The JSON Schema of a declared output, for checking paths; undefined when it has none. */
  outputSchemaOf(type: ToolSchema): JsonObject | undefined {
    if (!this.#outputSchemas.has(type)) this.#outputSchemas.set(type, toSchema(type));
    return this.#outputSchemas.get(type);
  }

  #resolveFile(ref: string, base: string | undefined, place: Place): Resolved {
    const { loader } = this.context;
    // Reported before any look-up: a blueprint of unknown origin must not learn whether a file exists.
    if (base === undefined)
      return {
        finding: {
          code: "ICE_FILE_DENIED",
          message: `the workflow file \`${ref}\` cannot be read: this blueprint was not loaded from a file, so it cannot refer to one`,
          fix: "load the blueprint from a file, or register the workflow and refer to it by name",
        },
      };
    if (loader === undefined)
      return {
        finding: {
          code: "ICE_SERVICE_MISSING",
          message: `the workflow file \`${shorten(ref)}\` cannot be read: no service "blueprintLoader" is provided`,
          fix: "run it with the ice command, or provide BlueprintLoader (createBlueprintLoader() of @ice/builder)",
        },
      };
    const location = loader.locate(ref, base);
    const known = this.#files.get(location);
    if (known !== undefined) return known;
    const resolved = this.#load(loader, ref, base, place);
    // A missing file is reported with the path as written, without a search.
    if ("key" in resolved || resolved.finding.code.startsWith("ICE_BLUEPRINT_")) this.#files.set(location, resolved);
    return resolved;
  }

  #load(loader: BlueprintLoader, ref: string, base: string, place: Place): Resolved {
    const loaded = loader.load(ref, base);
    if (loaded.ok) return this.#enqueue(`file:${loaded.base}`, loaded.data, loaded.base, place);
    const [issue] = loaded.issues;
    return {
      finding: {
        code: issue?.code ?? "ICE_WORKFLOW_UNKNOWN",
        message: issue?.message ?? `cannot read \`${shorten(ref)}\``,
        fix: issue?.fix,
      },
    };
  }

  #resolveName(ref: string, place: Place): Resolved {
    const { workflows } = this.context.runtime;
    const data = workflows.get(ref);
    if (data === undefined)
      return { finding: { code: "ICE_WORKFLOW_UNKNOWN", ...unknownWorkflow(ref, workflows.names()) } };
    return this.#enqueue(`${data.name}@${data.version ?? "0.0.0"}`, data, undefined, place);
  }

  #enqueue(key: string, data: unknown, base: string | undefined, place: Place): Resolved {
    if (this.#seen.has(key)) return { key };
    if (this.#seen.size >= this.limits.maxWorkflows)
      return {
        finding: {
          code: "ICE_BLUEPRINT_LIMIT",
          message: `more than ${this.limits.maxWorkflows} sub-workflows are reachable`,
          fix: "use fewer",
        },
      };
    this.#seen.add(key);
    this.pending.push({ key, data, base, ...place });
    return { key };
  }
}

/** A reference that looks like a path or a file is treated as one; any other name as that of a registered workflow. */
function unknownWorkflow(ref: string, registered: readonly string[]): Pick<Finding, "message" | "fix"> {
  const message = `there is no workflow "${shorten(ref)}"`;
  if (/[/\\]|\.(?:ya?ml|json|[cm]?[jt]s)(?:#|$)/.test(ref))
    return {
      message,
      fix: `to refer to a file, write its path relative to this file: ./${shorten(ref.replaceAll("\\", "/"))}`,
    };
  const names = registered.flatMap((name) => [name, name.slice(0, name.lastIndexOf("@"))]);
  const known =
    registered.length === 0 ? "no workflow is registered" : `registered workflows: ${listNames(registered)}`;
  return {
    message,
    fix: () =>
      didYouMean(ref, names) || `${known}; register "${shorten(ref)}", or refer to a file by its path: ./file.yaml`,
  };
}

function toSchema(type: ToolSchema): JsonObject | undefined {
  try {
    return jsonSchemaOf(type, "output");
  } catch {
    return undefined; // a schema that JSON Schema cannot express: then paths are not checked
  }
}
