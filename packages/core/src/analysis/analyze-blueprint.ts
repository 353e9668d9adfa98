import { defaultBlueprintLimits } from "../services/owner-limits.ts";
import { blueprintSchema, type Blueprint } from "../blueprint/blueprint.ts";
import { shorten } from "../errors/shorten.ts";
import { checkJsonSchemaInSteps } from "../json-schema/check-json-schema.ts";
import { toPointer } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { Issue } from "../result/issue.ts";
import { finish, finishInTurns, isSteps, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import { Analysis, type AnalysisContext, type PendingWorkflow } from "./analysis.ts";
import type { AnalyzedBlueprint, CompiledField } from "./analyzed-blueprint.ts";
import { foldBackEdges } from "./back-edges.ts";
import { checkReference, type Visible } from "./check-reference.ts";
import { copyJson } from "./copy-json.ts";
import { isDocument } from "./document-kind.ts";
import { draftScope } from "./draft.ts";
import { IssueList } from "./issue-list.ts";
import { warnOfForeign } from "./foreign-templates.ts";
import { readField } from "./read-field.ts";
import { resolveScope } from "./resolve-scope.ts";
import { schemaFindings } from "./schema-issues.ts";
import { blueprintTerms, type Terms } from "./terms.ts";

/** The result of reading a blueprint: its issues and, unless one is an error, the analysed blueprint for the engine. */
export interface AnalysisResult {
  readonly issues: readonly Issue[];
  readonly analyzed: AnalyzedBlueprint | undefined;
}

/**
 * Reads a blueprint of any origin, and every sub-workflow that it reaches, each once. Pure: everything else is looked up in
 * `context`. All issues are reported at once, in the order of the blueprint, at most 100. O(text + nodes + edges).
 */
export function analyzeBlueprint(raw: unknown, context: AnalysisContext): AnalysisResult {
  return finish(analyzeInSteps(raw, context));
}

/** The same, in turns of the event loop. `slice`: default that of the process. */
export async function analyzeBlueprintInTurns(
  raw: unknown,
  context: AnalysisContext,
  slice?: TimeSlice,
): Promise<AnalysisResult> {
  return finishInTurns(analyzeInSteps(raw, context), slice);
}

/** The same, with a pause after each node. @param terms - terms for the document itself; its sub-workflows are blueprints. */
export function* analyzeInSteps(
  raw: unknown,
  context: AnalysisContext,
  terms: Terms = blueprintTerms,
): Steps<AnalysisResult> {
  const analysis = new Analysis(context, { ...defaultBlueprintLimits, ...context.limits });
  const issues = new IssueList();
  const { base, addedInputs = [], ownTypes } = context;
  const document = { data: raw, key: "", base, addedInputs, ownTypes, terms };
  const analyzed = yield* analyzeOne(document, analysis, issues);
  for (let next = analysis.pending.shift(); next !== undefined; next = analysis.pending.shift()) {
    const own = new IssueList();
    const child = yield* analyzeOne({ ...next, ownTypes: undefined, terms: blueprintTerms }, analysis, own);
    if (child !== undefined && !own.hasErrors) analysis.workflows.set(next.key, child);
    const [first] = own.list().filter(({ severity }) => severity === "error");
    if (first !== undefined)
      issues.add(next.pointer, {
        code: first.code,
        ...(next.referrer === "" ? {} : { nodeId: next.referrer }),
        message: `the sub-workflow ${shorten(next.key.replace(/^file:/, ""))} is not valid: ${first.message} (at ${first.path || "the top level"})`,
        fix: first.fix ?? "correct the sub-workflow",
      });
  }
  return { issues: issues.list(), analyzed: issues.hasErrors ? undefined : analyzed };
}

interface Document extends Pick<PendingWorkflow, "data" | "key" | "base" | "addedInputs"> {
  readonly ownTypes: AnalysisContext["ownTypes"] | undefined;
  readonly terms: Terms;
}

function* analyzeOne(
  { data: raw, key, base, addedInputs, ownTypes, terms }: Document,
  analysis: Analysis,
  issues: IssueList,
): Steps<AnalyzedBlueprint | undefined> {
  yield;
  const data = yield* copyJson(raw, analysis.limits.maxDepth, issues);
  if (data === undefined) return undefined;
  yield;
  const blueprint = yield* parseEnvelope(data, base !== undefined, issues);
  if (blueprint === undefined) return undefined;
  if (blueprint.inputs !== undefined) yield* checkInputsSchema(blueprint.inputs, analysis, issues);
  const costIsBounded = blueprint.settings.budget?.costUsd !== undefined;
  const context = { analysis, issues, terms, base, ownTypes, costIsBounded };
  const draft = yield* draftScope(blueprint.nodes, `/${terms.nodes}`, context);
  yield* foldBackEdges(draft, issues);
  const inputs = withAdded(blueprint.inputs, addedInputs);
  const visible: Visible = { scope: draft, locals: new Map(), outer: undefined, inputs };
  const nodes = yield* resolveScope(draft, visible, { analysis, issues, terms });
  const outputs = yield* readOutputs(blueprint, visible, analysis, issues);
  const { workflows, references } = analysis;
  return { key, base, blueprint, addedInputs, nodes, outputs, workflows, references };
}

function* parseEnvelope(data: Json, versionRequired: boolean, issues: IssueList): Steps<Blueprint | undefined> {
  if (!isDocument(data, "workflow", versionRequired, issues)) return undefined;
  const parsed = blueprintSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  for (const { keys, ...finding } of yield* schemaFindings(parsed.error.issues, blueprintSchema, data))
    issues.at("", keys, finding);
  yield;
  // Its nodes are still checked, because every issue is reported at once.
  const { nodes } = data;
  const rest = blueprintSchema.safeParse({ name: "unnamed", nodes });
  return rest.success ? rest.data : undefined;
}

function* checkInputsSchema(schema: JsonObject, analysis: Analysis, issues: IssueList): Steps<void> {
  for (const { keys, message, fix } of yield* checkJsonSchemaInSteps(schema, analysis.patterns))
    issues.at("/inputs", keys, { code: "ICE_BLUEPRINT_SCHEMA", message: `inputs: ${message}`, fix });
  if (schema["type"] !== undefined && schema["type"] !== "object")
    issues.add("/inputs/type", {
      code: "ICE_BLUEPRINT_SCHEMA",
      message: "inputs: the inputs of a run must be an object",
      fix: "write type: object",
    });
}

/** The type of `inputs` in expressions: declared and added inputs. */
function withAdded(schema: JsonObject | undefined, names: readonly string[]): JsonObject | undefined {
  if (schema === undefined || names.length === 0) return schema;
  const properties = Object.fromEntries(names.map((name) => [name, {}]));
  const added = { type: "object", additionalProperties: false, properties };
  return { $defs: schema["$defs"] ?? {}, anyOf: [schema, added] };
}

/** Declared outputs are templates over the top-level nodes. */
function* readOutputs(
  { outputs }: Blueprint,
  visible: Visible,
  analysis: Analysis,
  issues: IssueList,
): Steps<ReadonlyMap<string, CompiledField> | undefined> {
  if (outputs === undefined) return undefined;
  const fields = new Map<string, CompiledField>();
  for (const [name, value] of Object.entries(outputs)) {
    yield;
    const pointer = `/outputs${toPointer([name])}`;
    const read = readField(`outputs.${name}`, value, { syntax: "template" }, { pointer, issues });
    const field = isSteps(read) ? yield* read : read;
    fields.set(name, field);
    for (const { expression, keys } of field.places)
      for (const reference of expression.references)
        checkReference(reference, { visible, extra: new Map(), analysis, issues, pointer, keys, nodeId: undefined });
    for (const text of field.foreign)
      warnOfForeign(text, { visible, extra: new Map(), issues, pointer, nodeId: undefined });
  }
  return fields;
}
