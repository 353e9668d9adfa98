import { IceError, type JsonObject, type NodeRecord, type ObservedStatus, type RunResult } from "@ice/core";

/** The method that `console.log` calls: `inspect.custom` of `node:util`, a module that takes long to load. */
const inspected = Symbol.for("nodejs.util.inspect.custom");

/** The parts of a result that grow with the run. */
interface LargeParts {
  readonly output: () => JsonObject;
  readonly nodes: () => Readonly<Record<string, NodeRecord>>;
}

/**
 * The result of a run. Its large parts are created when they are first read: tables of all nodes of a run take a fifth of the
 * engine's time, and many callers read only the status. Copying, comparing and printing work as with a plain object.
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

/** Whether a run has ended, so that it never continues. */
export const isEnded = ({ status }: { readonly status: ObservedStatus }): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** Handles the error that a run has ended. @throws any other one. */
export function unlessEnded(error: unknown): undefined {
  if (!IceError.is(error) || error.code !== "ICE_RUN_ENDED") throw error;
}
