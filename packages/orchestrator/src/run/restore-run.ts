import type { Steps } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";
import type { Run } from "./run.ts";

/** Nodes that are restored between two pauses: about 50 µs. */
const nodesBetweenPauses = 100;

/** Restores the recorded outcomes of the nodes of a run. */
export function* restoreRun({ nodes, metrics, runtime }: Run, history: RunHistory): Steps<void> {
  metrics.retries = history.retries;
  let restored = 0;
  for (const [path, node] of history.nodes) {
    if ((restored += 1) % nodesBetweenPauses === 0) yield;
    nodes.add({ path, node });
    if (runtime.nodes.get(node.type)?.definition.observes !== true) metrics.count(node.status);
  }
}
