import { defaultBlueprintLimits } from "../services/owner-limits.ts";
import { schemaVersion } from "../blueprint/blueprint.ts";
import { networkManifestSchema, type NetworkManifest } from "../blueprint/network-manifest.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { networkInput, networkWorkflowNode } from "../nodes/network-workflow.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import type { Issue } from "../result/issue.ts";
import { finish, finishInTurns, isSteps, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import type { AnalysisContext } from "./analysis.ts";
import { analyzeInSteps, type AnalysisResult } from "./analyze-blueprint.ts";
import { copyJson } from "./copy-json.ts";
import { isDocument } from "./document-kind.ts";
import { IssueList } from "./issue-list.ts";
import { fixOfId } from "./parse-node.ts";
import { readField } from "./read-field.ts";
import { nameRead } from "./referenced-names.ts";
import { schemaFindings } from "./schema-issues.ts";
import { networkTerms } from "./terms.ts";

/** The result of reading a network: its issues, with pointers into the manifest, and the analysed network for the engine. */
export interface NetworkAnalysis extends AnalysisResult {
  /** The value of `inputs.global` in every workflow of the network. */
  readonly global: JsonObject;
}

/**
 * Reads a network and every workflow it reaches. A network is a blueprint whose nodes are its workflows, so everything that is
 * true of nodes is true of them.
 *
 * @param execute - runs a workflow of the network; not needed for checking and drawing.
 */
export function analyzeNetwork(
  raw: unknown,
  context: AnalysisContext,
  execute: NodeType["execute"] = () => undefined,
): NetworkAnalysis {
  return finish(analyzeNetworkInSteps(raw, context, execute));
}

/** The same, in turns of the event loop. */
export async function analyzeNetworkInTurns(
  raw: unknown,
  context: AnalysisContext,
  execute: NodeType["execute"] = () => undefined,
  slice?: TimeSlice,
): Promise<NetworkAnalysis> {
  return finishInTurns(analyzeNetworkInSteps(raw, context, execute), slice);
}

function* analyzeNetworkInSteps(
  raw: unknown,
  context: AnalysisContext,
  execute: NodeType["execute"],
): Steps<NetworkAnalysis> {
  const issues = new IssueList();
  const data = yield* copyJson(raw, context.limits?.maxDepth ?? defaultBlueprintLimits.maxDepth, issues);
  const manifest = data === undefined ? undefined : yield* parseManifest(data, context.base !== undefined, issues);
  if (manifest === undefined) return { issues: issues.list(), analyzed: undefined, global: {} };
  const blueprint = yield* blueprintOf(manifest, issues);
  const result = yield* analyzeManifest(blueprint, context, execute);
  for (const { path, ...finding } of result.issues) issues.add(path, finding);
  const analyzed = issues.hasErrors ? undefined : result.analyzed;
  return { issues: issues.list(), analyzed, global: manifest.global };
}

/** The same for a network in the form of a blueprint, as runs store it. */
export function analyzeNetworkBlueprint(
  blueprint: Json,
  context: AnalysisContext,
  execute: NodeType["execute"],
): AnalysisResult {
  return finish(analyzeManifest(blueprint, context, execute));
}

/** The same, in turns of the event loop. */
export async function analyzeNetworkBlueprintInTurns(
  blueprint: Json,
  context: AnalysisContext,
  execute: NodeType["execute"],
  slice?: TimeSlice,
): Promise<AnalysisResult> {
  return finishInTurns(analyzeManifest(blueprint, context, execute), slice);
}

function* analyzeManifest(
  blueprint: Json,
  context: AnalysisContext,
  execute: NodeType["execute"],
): Steps<AnalysisResult> {
  const ownTypes = new Map([[networkWorkflowNode.type, { definition: networkWorkflowNode, execute }]]);
  const { issues, analyzed } = yield* analyzeInSteps(blueprint, { ...context, ownTypes }, networkTerms);
  return { issues, analyzed: analyzed && { ...analyzed, kind: "network" } };
}

function* parseManifest(data: Json, versionRequired: boolean, issues: IssueList): Steps<NetworkManifest | undefined> {
  if (!isDocument(data, "network", versionRequired, issues)) return undefined;
  const parsed = networkManifestSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  for (const { keys, ...finding } of yield* schemaFindings(parsed.error.issues, networkManifestSchema, data))
    issues.at("", keys, { ...finding, ...(keys[2] === "id" && fixOfId(idAt(data, keys[1]))) });
  return undefined;
}

const idAt = ({ workflows }: JsonObject, index: string | number | undefined): unknown =>
  Array.isArray(workflows) ? (workflows[Number(index)] as JsonObject | undefined)?.["id"] : undefined;

/** Finding a suggestion takes about a millisecond. */
const namesBetweenPauses = 5;

/** Each workflow becomes a node; rules that exist only for networks are checked here. */
function* blueprintOf({ name, maxConcurrency, workflows }: NetworkManifest, issues: IssueList): Steps<JsonObject> {
  const ids = new Set(workflows.map(({ id }) => id));
  const nodes: JsonObject[] = [];
  for (const [index, { id, ref, after, inputs }] of workflows.entries()) {
    const pointer = `/workflows/${index}`;
    const known: string[] = [];
    for (const [at, other] of after.entries()) {
      if (at % namesBetweenPauses === 0) yield;
      if (isKnown(other, { id, ids, pointer: `${pointer}/after/${at}` }, issues)) known.push(other);
    }
    const readable = yield* readsOnly(id, inputs, { known, ids, pointer: `${pointer}/inputs` }, issues);
    nodes.push({ id, type: networkWorkflowNode.type, ref, dependencies: known, inputs: readable ? inputs : {} });
  }
  const inputs = { type: "object", additionalProperties: false, properties: { [networkInput]: {} } };
  return { schemaVersion, name, settings: { maxConcurrency }, inputs, nodes };
}

function isKnown(
  other: string,
  { id, ids, pointer }: { readonly id: string; readonly ids: ReadonlySet<string>; readonly pointer: string },
  issues: IssueList,
): boolean {
  if (other === id)
    issues.add(pointer, {
      code: "ICE_DEPENDENCY_SELF",
      nodeId: id,
      message: `workflow "${shorten(id)}" names itself in \`after\``,
      fix: "remove it",
    });
  else if (!ids.has(other))
    issues.add(pointer, {
      code: "ICE_DEPENDENCY_UNKNOWN",
      nodeId: id,
      message: `workflow "${shorten(id)}" is to run after "${shorten(other)}", which is not in this network`,
      fix: () => didYouMean(other, ids) || `name one of ${listNames(ids)}`,
    });
  return other !== id && ids.has(other);
}

/** Whether the inputs of a workflow read only workflows that it runs after. */
function* readsOnly(
  id: string,
  inputs: JsonObject,
  { known, ids, pointer }: { readonly known: readonly string[]; readonly ids: ReadonlySet<string>; pointer: string },
  issues: IssueList,
): Steps<boolean> {
  let readable = true;
  const report = (keys: Keys, code: Issue["code"], message: string, fix: string): void => {
    readable = false;
    issues.at(pointer, keys, { code, nodeId: id, message, fix });
  };
  if (Object.hasOwn(inputs, networkInput))
    report(
      [networkInput],
      "ICE_BLUEPRINT_SCHEMA",
      `the input \`${networkInput}\` is reserved for the data of the network`,
      "choose another name",
    );
  const read = readField("inputs", inputs, { syntax: "template" }, { pointer, nodeId: id, issues: new IssueList() });
  const field = isSteps(read) ? yield* read : read;
  const comesAfter = new Set(known);
  for (const { expression, keys } of field.places)
    for (const reference of expression.references) {
      const name = nameRead(reference) ?? "";
      if (!ids.has(name) || name === id || comesAfter.has(name)) continue;
      report(
        keys,
        "ICE_EXPRESSION_SCOPE",
        `workflow "${shorten(id)}" reads \`${shorten(name)}\`, but does not run after it`,
        `add ${shorten(name)} to its \`after\``,
      );
    }
  return readable;
}
