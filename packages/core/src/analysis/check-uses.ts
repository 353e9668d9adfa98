import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import { toPointer } from "../json/json-pointer.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Steps } from "../time/steps.ts";
import { checkAgents } from "./check-agents.ts";
import { checkModels } from "./check-models.ts";
import { checkSecrets } from "./check-secrets.ts";
import type { DraftContext } from "./draft-context.ts";
import type { DraftNode } from "./draft-node.ts";
import { inside, type Finding } from "./issue-list.ts";
import { literalFindings } from "./check-value.ts";
import { reportFindings } from "./schema-issues.ts";

export interface Uses {
  readonly workflowKey: string | undefined;
  readonly sideEffects: NodeDefinition["sideEffects"];
  /** Reports the arguments that a tool does not accept. */
  readonly mismatches?: Steps<void> | undefined;
}

const external = { sideEffects: "external" } as const;

type NodeWithFields = Pick<DraftNode, "node" | "type" | "pointer" | "fields">;

/** Looks up everything outside the blueprint that a node names: services, tools, agents, workflows. */
export function checkUses(draft: NodeWithFields, context: DraftContext): Uses {
  const { node, type, pointer } = draft;
  const { analysis, issues, base } = context;
  const { runtime } = analysis.context;
  const { needs, uses, sideEffects: ofType } = type.definition;
  if (uses === undefined && needs.length === 0) return { workflowKey: undefined, sideEffects: ofType };
  const used = uses?.(node) ?? {};
  const { tool, channels = [], workflow } = used;
  const ofAgents = checkAgents(used.agents ?? [], draft, context);
  const services = [...(used.services ?? []), ...ofAgents.services];
  const tools = [...(used.tools ?? []), ...ofAgents.tools];
  const models = [...(used.models ?? []), ...ofAgents.models];
  const nodeId = node.id;
  for (const { service, keys } of [...needs.map((key) => ({ service: key, keys: ["type"] })), ...services])
    if (runtime.tryUse(service) === undefined)
      issues.at(pointer, keys, {
        code: "ICE_SERVICE_MISSING",
        nodeId,
        message: `a node of type "${node.type}" ${needs.includes(service) ? "" : "with this field "}needs the service "${service.name}", which is not available`,
        fix: "start ice with a plugin that provides it, or remove the node",
      });
  for (const named of [...(tool === undefined ? [] : [tool]), ...tools])
    if (runtime.tools.get(named.name) === undefined)
      issues.at(pointer, named.keys, { nodeId, ...missingTool(named.name, runtime.tools) });
  checkModels(models, draft, context);
  for (const channel of channels)
    if (runtime.channels.get(channel.name) === undefined)
      issues.at(pointer, channel.keys, {
        code: "ICE_CHANNEL_UNKNOWN",
        nodeId,
        message: `there is no alert channel "${shorten(channel.name)}"`,
        fix: () => didYouMean(channel.name, runtime.channels.names()) || "use `log`, or add a plugin that provides it",
      });
  if (tool !== undefined) checkSecrets(tool, draft, context);
  const mismatches = tool === undefined ? undefined : checkArguments(tool, draft, context);
  // Agents call tools, whatever the type of the node.
  const callsAgents = (used.agents ?? []).length > 0;
  const { sideEffects } = (tool && runtime.tools.get(tool.name)) ?? (callsAgents ? external : type.definition);
  if (workflow === undefined) return { workflowKey: undefined, sideEffects, mismatches };
  const place = pointer + toPointer(workflow.keys);
  const resolved = analysis.resolve(workflow.ref, base, {
    pointer: place,
    referrer: nodeId,
    addedInputs: workflow.adds ?? [],
  });
  if ("key" in resolved) return { workflowKey: resolved.key, sideEffects, mismatches };
  issues.add(place, { ...resolved.finding, nodeId });
  return { workflowKey: undefined, sideEffects, mismatches };
}

function missingTool(name: string, tools: Runtime["tools"]): Finding {
  const reason = tools.whyMissing(name);
  if (reason !== undefined) return { code: reason.code, message: inside(reason.message), fix: reason.fix };
  return {
    code: "ICE_TOOL_UNKNOWN",
    message: `there is no tool "${shorten(name)}"`,
    fix: () =>
      didYouMean(name, tools.names()) || `use one of ${listNames(tools.names())}, or add a plugin that provides it`,
  };
}

/** Literal arguments are checked now, those with templates when their values are known. */
function checkArguments(
  { name, argsField }: { readonly name: string; readonly argsField: string },
  { node, pointer, fields }: NodeWithFields,
  { analysis, issues }: DraftContext,
): Steps<void> | undefined {
  const tool = analysis.context.runtime.tools.get(name);
  const field = fields.get(argsField)?.field;
  if (tool === undefined || field === undefined) return undefined;
  const templates = field.places.map(({ keys }) => keys);
  const findings = literalFindings(tool.args, field.value, templates);
  if (findings === undefined) return undefined;
  return reportFindings(findings, (keys, { message, fix }) =>
    issues.at(pointer, [argsField, ...keys], {
      code: "ICE_TOOL_ARGS",
      nodeId: node.id,
      message: `tool "${shorten(name)}": ${message}`,
      fix: fix ?? "see the arguments that the tool declares",
    }),
  );
}
