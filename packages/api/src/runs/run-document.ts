import { formatPosition, type NetworkResult, type NodeRecord, type RunResult, type RunSnapshot } from "@ice/core";
import { jsonLength } from "@ice/core/internal";

/** Nodes in one document; `GET /v1/runs/{runId}/nodes` has all of them. */
const maxDocumentNodes = 1000;
/** Characters of their outputs as JSON. */
const maxDocumentLength = 16 * 1024 * 1024;

/** What a document contains of the nodes. */
export type NodesShown = "some" | "none";

/** The document of a run or a network as it is sent. */
export function documentOf(result: RunResult | NetworkResult, shown: NodesShown): object {
  const room = { nodes: maxDocumentNodes, length: maxDocumentLength };
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

/** What a document has room for. */
interface Room {
  nodes: number;
  length: number;
}

function withFewNodes({ nodes, ...result }: RunResult, shown: NodesShown, room: Room): object {
  if (shown === "none") return result;
  const paths = Object.keys(nodes);
  const kept: Record<string, NodeRecord> = {};
  let count = 0;
  for (const path of paths) {
    const node = nodes[path]!;
    const length = jsonLength(node.output ?? null, room.length);
    if (room.nodes === 0 || length > room.length) break;
    room.nodes -= 1;
    room.length -= length;
    kept[path] = node;
    count += 1;
  }
  return count === paths.length ? { ...result, nodes } : { ...result, nodes: kept, nodesOmitted: paths.length - count };
}
