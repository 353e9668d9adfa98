import type { JsonObject, NodeRecord, RunResult } from "@ice/core";

/** What `console.log` calls: `inspect.custom` of `node:util`, which takes longer to load than to name. */
const inspected = Symbol.for("nodejs.util.inspect.custom");

/** The parts of a result that are as large as the run. */
interface LargeParts {
  readonly output: () => JsonObject;
  readonly nodes: () => Readonly<Record<string, NodeRecord>>;
}

/**
 * The result of a run, whose large parts are made when they are first read: tables of every node of a run cost a fifth of all
 * that the engine does, and many callers look at the status only. Copied, compared or printed, it is like any other object.
 */
export function endedResult(rest: Omit<RunResult, keyof LargeParts>, large: LargeParts): RunResult {
  const { runId, workflow, status, ...more } = rest;
  let [output, nodes]: [JsonObject?, RunResult["nodes"]?] = [];
  const result: RunResult = {
    runId,
    workflow,
    status,
    get output() {
      return (output ??= large.output());
    },
    get nodes() {
      return (nodes ??= large.nodes());
    },
    ...more,
  };
  return Object.defineProperty(result, inspected, { value: () => ({ ...result }) });
}
