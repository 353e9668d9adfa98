import { formatPosition, type NetworkResult, type NodeRecord, type RunResult, type RunSnapshot } from "@ice/core";

/** Nodes in one document; `GET /v1/runs/{runId}/nodes` has all of them. */
const maxDocumentNodes = 1000;

/** What a document contains of the nodes. */
export type NodesShown = "some" | "none";

/** The document of a run or a network as it is sent. */
export function documentOf(result: RunResult | NetworkResult, shown: NodesShown): object {
  const room = { left: maxDocumentNodes };
  if (!isNetworkResult(result)) return withFewNodes(result, shown, room);
  const workflows = Object.entries(result.workflows).map(
    ([id, workflow]) => [id, "nodes" in workflow ? withFewNodes(workflow, shown, room) : workflow] as const,
  );
  return { ...result, workflows: Object.fromEntries(workflows) };
}

/** The entity tag of a document: it changes with the journal, and when the process of the run is gone. */
export const tagOf = ({ result, position }: RunSnapshot, shown: NodesShown): string =>
  `"${formatPosition(position)}-${result.status}${shown === "none" ? "-none" : ""}"`;

const isNetworkResult = (result: RunResult | NetworkResult): result is NetworkResult => "workflows" in result;

function withFewNodes({ nodes, ...result }: RunResult, shown: NodesShown, room: { left: number }): object {
  if (shown === "none") return result;
  const paths = Object.keys(nodes);
  if (paths.length <= room.left) {
    room.left -= paths.length;
    return { ...result, nodes };
  }
  const kept: Record<string, NodeRecord> = {};
  for (const path of paths.slice(0, room.left)) kept[path] = nodes[path]!;
  const nodesOmitted = paths.length - room.left;
  room.left = 0;
  return { ...result, nodes: kept, nodesOmitted };
}
