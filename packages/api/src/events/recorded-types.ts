/** Sources and types of events that records of the journal stand for. Everything else is live: it is sent once, or not at all. */
const recorded: ReadonlySet<string> = new Set([
  "node.completed",
  "node.failed",
  "node.skipped",
  "node.cancelled",
  "node.placed",
  "node.retryScheduled",
  "agent.stepCompleted",
  "tool.returned",
  "wait.started",
  "signal.received",
]);

const recordedSources: ReadonlySet<string> = new Set(["workflow", "human", "network"]);

/** Whether the journal contains events of this type. The start of a node is recorded for some nodes only, so it counts as live. */
export const isRecorded = (type: string): boolean =>
  recorded.has(type) || recordedSources.has(type.slice(0, type.indexOf(".")));
