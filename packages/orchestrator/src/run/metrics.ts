import type { NodeStatus, RunMetrics, Usage } from "@ice/core";

/** Counters of a run, without monitors. */
export class Metrics {
  running = 0;
  completed = 0;
  failed = 0;
  skipped = 0;
  retries = 0;

  /** Counts the end of a node. */
  count(status: NodeStatus): void {
    if (status === "completed" || status === "failed" || status === "skipped") this[status] += 1;
  }

  /** The value of `metrics` in expressions of monitors. */
  view(elapsedMs: number, { totalTokens, costUsd, llmCalls, toolCalls }: Usage): RunMetrics {
    return {
      elapsedMs,
      totalTokens,
      costUsd,
      llmCalls,
      toolCalls,
      nodesCompleted: this.completed,
      nodesFailed: this.failed,
      nodesSkipped: this.skipped,
      nodesRunning: this.running,
      retries: this.retries,
    };
  }
}
