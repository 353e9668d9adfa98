import type { LiveRun } from "../live/use-run.ts";
import type { NodeConfigs } from "../state/node-configs.ts";

/** What the panels of nodes have in common. */
export interface NodeContext {
  readonly runId: string;
  readonly run: LiveRun;
  readonly configs: NodeConfigs;
  readonly onSelect: (path: string) => void;
}
