import type { EditedFile } from "@ice/client";
import type { RunSummary } from "@ice/core";
import { client } from "../api/client.ts";
import { shortId } from "../format/format.ts";
import { fileAddress, networkAddress, runAddress, workflowAddress } from "../router/router.tsx";
import type { Target } from "./targets.ts";

const toolsAddress = (kind: string, name: string): string => `/tools?${new URLSearchParams({ kind, name })}`;

/** Everything there is, except pages. What cannot be read is left out. */
export async function loadTargets(signal: AbortSignal): Promise<Target[]> {
  const none = (): never[] => [];
  const [workflows, { runs }, tools, nodeTypes, agents] = await Promise.all([
    client.registry.workflows({ signal }).catch(none),
    client.runs.list({ limit: 200, signal }).catch(() => ({ runs: [] as readonly RunSummary[] })),
    client.registry.tools({ signal }).catch(none),
    client.registry.nodeTypes({ signal }).catch(none),
    client.registry.agents({ signal }).catch(none),
  ]);
  const networks = runs.filter(({ kind }) => kind === "network");
  return [
    ...[...new Map(workflows.map((workflow) => [workflow.name, workflow])).values()].map(
      ({ name, source }): Target => ({
        name,
        note: `workflow, ${source}`,
        icon: "workflows",
        href: workflowAddress(name),
      }),
    ),
    ...networks.map((run): Target => ({ ...ofRun(run), icon: "networks", href: networkAddress(run.runId) })),
    ...runs.filter(({ kind }) => kind !== "network").map(ofRun),
    ...tools.map(({ name }): Target => ({ name, note: "tool", icon: "tools", href: toolsAddress("Tools", name) })),
    ...nodeTypes.map(({ type }): Target => {
      return { name: type, note: "node type", icon: "box", href: toolsAddress("Node types", type) };
    }),
    ...agents.map(({ name }): Target => ({ name, note: "agent", icon: "model", href: toolsAddress("Agents", name) })),
  ];
}

const ofRun = ({ runId, workflow, status, kind }: RunSummary): Target => ({
  name: `${workflow} ${shortId(runId)}`,
  note: kind === "network" ? `network, ${status}` : `run, ${status}`,
  icon: "runs",
  href: runAddress(runId),
});

export const fileTargets = (files: readonly EditedFile[]): Target[] =>
  files.map((file): Target => ({ name: file.file, note: "open file", icon: "code", href: fileAddress(file) }));
