import { idLike } from "../blueprint/node-id.ts";
import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { JsonObject } from "../json/json.ts";
import { nodeBaseShape, type ChildNode } from "../nodes/base.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { Steps } from "../time/steps.ts";
import type { DraftContext } from "./draft-context.ts";
import type { DraftNode } from "./draft-node.ts";
import type { Finding } from "./issue-list.ts";
import { reportFindings, schemaFindings } from "./schema-issues.ts";
import type { Terms } from "./terms.ts";

type ParsedNode = Pick<DraftNode, "node" | "type">;

/** Parses one node with the definition of its type; undefined, or steps that report the issues, when it is not valid. */
export function parseNode(
  raw: ChildNode,
  pointer: string,
  { analysis, issues, terms, ownTypes }: DraftContext,
): ParsedNode | Steps<undefined> | undefined {
  const nodeId = typeof raw.id === "string" ? { nodeId: raw.id } : {};
  const { nodes } = analysis.context.runtime;
  const type = typeof raw.type === "string" ? (ownTypes?.get(raw.type) ?? nodes.get(raw.type)) : undefined;
  if (type === undefined) {
    if (typeof raw.type !== "string")
      issues.add(`${pointer}/type`, {
        code: "ICE_BLUEPRINT_SCHEMA",
        ...nodeId,
        message: "missing field `type`",
        fix: `add a type: ${nodes.names().join(", ")}`,
      });
    else
      issues.add(`${pointer}/type`, {
        code: "ICE_NODE_TYPE_UNKNOWN",
        ...nodeId,
        message: `there is no node type "${shorten(raw.type)}"`,
        fix: () => didYouMean(raw.type, nodes.names()) || `use one of ${nodes.names().join(", ")}`,
      });
    return undefined;
  }
  const { definition } = type;
  const tooMuch = tooMuchIn(raw, definition, analysis.limits.maxNodes, terms);
  if (tooMuch !== undefined) {
    issues.add(pointer, { code: "ICE_BLUEPRINT_LIMIT", ...nodeId, ...tooMuch });
    return undefined;
  }
  const parsed = definition.schema.safeParse(raw);
  if (parsed.success) return { node: parsed.data as unknown as DraftNode["node"], type };
  const problems =
    definition.fields === "templates"
      ? parsed.error.issues.filter(({ path }) => !holdsTemplate(raw, path))
      : parsed.error.issues;
  if (problems.length > 0)
    return reportFindings(schemaFindings(problems, definition.schema, raw, onOtherNodes(definition)), (keys, finding) =>
      issues.at(pointer, keys, { ...finding, ...nodeId, ...(keys[0] === "id" && fixOfId(raw.id)) }),
    );
  // A template in place of a number or another type: the field is parsed after it has been evaluated.
  return { node: { ...raw, ...definition.base.parse(raw) } as unknown as DraftNode["node"], type };
}

/** Fields of most nodes that this type does not have. */
const onOtherNodes = ({
  type,
  schema,
}: NodeDefinition): { readonly fields: readonly string[]; readonly here: string } => ({
  fields: Object.keys(nodeBaseShape).filter((field) => !Object.hasOwn(schema.shape, field)),
  here: `a node of type "${type}"`,
});

/** A number in quotes would be a string, and still not a valid id. */
export const fixOfId = (id: unknown): Pick<Finding, "fix"> =>
  id === undefined ? {} : { fix: `write a valid id: \`id: ${idLike(id)}\`` };

/** Maximum number of fields of a node, and of entries of a list that is not data. */
const maxFields = 1000;
const maxEntries = 100_000;

/** A node is parsed in one step: large data is allowed only in fields that accept any JSON, and nothing else is large. */
function tooMuchIn(
  raw: ChildNode,
  { fields }: NodeDefinition,
  maxNodes: number,
  { node, dependencies }: Terms,
): Pick<Finding, "message" | "fix"> | undefined {
  const names = Object.keys(raw);
  if (names.length > maxFields)
    return {
      message: `the ${node} has ${names.length} fields; at most ${maxFields} are allowed`,
      fix: "put data into a field that accepts any JSON",
    };
  const most = Math.max(maxEntries, maxNodes);
  const isData = (name: string): boolean => fields === "templates" || fields[name]?.syntax === "template";
  const long = names.find((name) => Array.isArray(raw[name]) && raw[name].length > most && !isData(name));
  if (long === undefined) return undefined;
  return {
    message: `\`${long === "dependencies" ? dependencies : shorten(long)}\` has more than ${most} entries`,
    fix: "shorten the list, or put its data into a field that accepts any JSON",
  };
}

function holdsTemplate(raw: unknown, keys: readonly PropertyKey[]): boolean {
  let at: unknown = raw;
  for (const key of keys) at = typeof at === "object" && at !== null ? (at as JsonObject)[String(key)] : undefined;
  return keys.length > 0 && JSON.stringify(at ?? null).includes("{{");
}
