import type { Plan } from "./plan.ts";

/** In a network the run is the network, and its nodes are workflows: `node.started` is `network.workflowStarted` there. */
export function eventName(type: string, kind: Plan["kind"]): string {
  if (kind !== "network") return type;
  if (type.startsWith("workflow.")) return `network.${type.slice("workflow.".length)}`;
  return type.replace(/^node\.(.)/, (_all, first: string) => `network.workflow${first.toUpperCase()}`);
}
