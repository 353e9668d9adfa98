import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Reference } from "../expression/expression.ts";
import { plainName } from "../expression/missing.ts";
import { otherRoots } from "../expression/slips.ts";
import { schemaAllowsPath } from "../json-schema/schema-path.ts";
import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import type { Analysis } from "./analysis.ts";
import type { DraftNode, DraftScope } from "./draft-node.ts";
import { once, type Finding, type IssueList } from "./issue-list.ts";
import { nameRead } from "./referenced-names.ts";

/** The names that are visible at a place: siblings and locals, then those visible to the container. */
export interface Visible {
  readonly scope: DraftScope;
  /** With their schemas, if known. */
  readonly locals: ReadonlyMap<string, JsonObject | undefined>;
  readonly outer: Visible | undefined;
  /** JSON Schema of the workflow's inputs. */
  readonly inputs: JsonObject | undefined;
  /** The node that reads, and the siblings on which it is found to depend. */
  readonly self?: DraftNode;
  readonly dependencies?: Set<string>;
}

export interface ReferencePlace {
  readonly visible: Visible;
  /** Names that are visible only in this field, with their schemas, if known. */
  readonly extra: ReadonlyMap<string, JsonObject | undefined>;
  readonly pointer: string;
  readonly keys: Keys;
  readonly nodeId: string | undefined;
  readonly analysis: Analysis;
  readonly issues: IssueList;
}

/** The schema of an object that has these members and no others. */
export const closed = (names: readonly string[]): JsonObject => ({
  type: "object",
  additionalProperties: false,
  properties: Object.fromEntries(names.map((name) => [name, {}])),
});

/** Names that are visible to every node, with their schemas, if known. */
const global: ReadonlyMap<string, JsonObject | undefined> = new Map([
  ["run", closed(["id", "startedAt"])],
  ["workflow", closed(["name", "version", "metadata"])],
]);

/** Checks one name that an expression reads. A sibling becomes a dependency of the node that reads it, or of its container. */
export function checkReference(reference: Reference, place: ReferencePlace): void {
  const name = nameRead(reference);
  if (name === undefined) return;
  const viaNodes = reference.root === "nodes";
  const keys = viaNodes ? reference.keys.slice(1) : reference.keys;
  const optionalFrom = reference.optionalFrom === undefined ? Infinity : reference.optionalFrom - (viaNodes ? 1 : 0);
  const certain = keys.slice(0, Math.max(0, optionalFrom));
  if (!viaNodes) {
    if (place.extra.has(name)) return checkPath(place.extra.get(name), name, certain, place);
    if (name === "inputs") {
      warnOfInput(place.visible.inputs, keys[0], place);
      return checkPath(place.visible.inputs, name, certain, place);
    }
    if (global.has(name)) return checkPath(global.get(name), name, certain, place);
  }
  for (let at: Visible | undefined = place.visible; at !== undefined; at = at.outer) {
    if (!viaNodes && at.locals.has(name)) return checkPath(at.locals.get(name), name, certain, place);
    if (at.self?.id === name)
      return report(
        place,
        `\`${shorten(name)}\` is the node itself, or a container around it: it has no output yet`,
        "read a dependency; in a recursive body read `state`",
      );
    if (!at.scope.ids.has(name)) continue;
    at.dependencies?.add(name);
    const sibling = certain.length === 0 ? undefined : nodeOf(at.scope, name, place.analysis);
    if (sibling !== undefined) checkPath(outputSchemaOf(sibling, place.analysis), name, certain, place);
    return;
  }
  if (viaNodes && !plainName.test(name)) return reportNoId(reference.keys[0]!, place);
  reportUnknown(name, place);
}

/** `nodes[1]`, `nodes["a b"]`: an invalid id is not a typing error of a valid one. */
function reportNoId(key: string | number, place: ReferencePlace): void {
  const ids = (): string[] => {
    const { self, scope } = place.visible;
    return [...scope.ids.keys()].filter((id) => id !== self?.id);
  };
  report(
    place,
    `\`nodes\` is a map with node ids as keys, and ${shorten(JSON.stringify(key), 80)} is not a valid id`,
    () => `write the id of a node: \`nodes.${ids()[0] ?? "a"}\``,
  );
}

function checkPath(schema: JsonObject | undefined, name: string, keys: Keys, place: ReferencePlace): void {
  if (schema === undefined || keys.length === 0) return;
  const verdict = schemaAllowsPath(schema, keys);
  if (verdict.allowed) return;
  const missing = shorten(String(keys[verdict.at]), 80);
  const written = shorten([name, ...keys.slice(0, verdict.at + 1)].join("."));
  const known = verdict.known();
  const inside = verdict.at === 0 && known.includes("nodes") && containerOf(missing, place.visible) === name;
  report(place, `\`${written}\` cannot exist: the declared schema has no "${missing}"`, () =>
    inside ? `write \`${name}.nodes.${missing}\`` : nearName(keys[verdict.at]!, known),
  );
}

const nearName = (missing: string | number, known: readonly string[]): string =>
  didYouMean(String(missing), known) ||
  (known.length > 0 ? `known are ${listNames(known)}` : "correct the path, or the schema");

/** Inputs that are not declared may be passed; one whose name is nearly that of a declared input is a typing error. */
function warnOfInput(schema: JsonObject | undefined, name: string | number | undefined, place: ReferencePlace): void {
  const { properties, additionalProperties } = schema ?? {};
  if (typeof name !== "string" || !isPlainObject(properties) || additionalProperties === false) return;
  if (Object.hasOwn(properties, name) || (place.analysis.inputsToCompare -= 1) < 0) return;
  const fix = didYouMean(name, Object.keys(properties));
  if (fix === "") return;
  const { pointer, keys, nodeId, issues } = place;
  issues.at(pointer, keys, {
    code: "ICE_EXPRESSION_SCOPE",
    severity: "warning",
    nodeId,
    message: `\`inputs.${shorten(name)}\` is not among the declared inputs`,
    fix,
  });
}

/** Look-ups by id are frequent, so each scope is indexed once. */
function nodeOf(scope: DraftScope, id: string, { scopeIndexes }: Analysis): DraftNode | undefined {
  let index = scopeIndexes.get(scope);
  if (index === undefined) scopeIndexes.set(scope, (index = new Map(scope.nodes.map((node) => [node.id, node]))));
  return index.get(id);
}

/** The declared schema of a node's output: its own, else its tool's, else its type's. */
function outputSchemaOf({ node, type }: DraftNode, analysis: Analysis): JsonObject | undefined {
  if (node.outputSchema !== undefined) return node.outputSchema;
  if (typeof node.onError === "object") return undefined; // a fallback may have another schema
  const { declares, uses } = type.definition;
  const tool = uses?.(node).tool;
  const declared = tool === undefined ? declares : analysis.context.runtime.tools.get(tool.name)?.output;
  return declared === undefined ? undefined : analysis.outputSchemaOf(declared);
}

function reportUnknown(name: string, place: ReferencePlace): void {
  const container = once(() => containerOf(name, place.visible));
  report(
    place,
    () =>
      container() === undefined
        ? `\`${shorten(name)}\` is not visible here`
        : `\`${shorten(name)}\` runs inside "${container()}" and is not visible here`,
    () => {
      const id = container();
      if (id === undefined) return visibleName(name, place);
      return encloses(id, place.visible) ? "only nodes of its own list can read it" : `read the output of \`${id}\``;
    },
  );
}

function visibleName(name: string, { extra, visible }: ReferencePlace): string {
  const names = new Set([...extra.keys(), "inputs", "run", "workflow", "nodes"]);
  for (let at: Visible | undefined = visible; at !== undefined; at = at.outer) {
    for (const local of at.locals.keys()) names.add(local);
    for (const id of at.scope.ids.keys()) if (id !== at.self?.id) names.add(id);
  }
  return otherRoots.get(name) || didYouMean(name, names) || `name a node, or one of ${listNames(names)}`;
}

function encloses(id: string, visible: Visible): boolean {
  for (let at = visible.outer; at !== undefined; at = at.outer) if (at.self?.id === id) return true;
  return false;
}

/** The enclosing or sibling node that contains a node with this id. */
export function containerOf(name: string, visible: Visible): string | undefined {
  const holds = (node: DraftNode): boolean =>
    [...node.groups.values()].some((group) => group.ids.has(name) || group.nodes.some(holds));
  for (let at: Visible | undefined = visible; at !== undefined; at = at.outer) {
    const found = at.scope.nodes.find(holds);
    if (found !== undefined) return found.id;
  }
  return undefined;
}

function report(
  { pointer, keys, nodeId, issues }: ReferencePlace,
  message: Finding["message"],
  fix: Finding["fix"],
): void {
  issues.at(pointer, keys, { code: "ICE_EXPRESSION_SCOPE", nodeId, message, fix });
}
