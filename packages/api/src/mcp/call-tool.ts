import { IceError, type Json, type JsonObject, type RunResult } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { startRun } from "../runs/start-run.ts";
import { resultOfLeftRun, resultOfOutput, resultOfRun, resultOfToolError } from "./call-result.ts";
import type { McpContext } from "./mcp-context.ts";
import { reportProgress, type OnNodeEnd } from "./report-progress.ts";
import type { CatalogEntry } from "./tool-catalog.ts";

/** One call of an entry of the catalog. */
export interface CatalogCall {
  readonly entry: CatalogEntry;
  readonly args: JsonObject;
  /** Cancels the call. */
  readonly cancelled: AbortSignal;
  /** Ends the wait for the result: no one reads it any more, or the server ends. A tool is aborted, a run goes on. */
  readonly abandoned: AbortSignal;
  /** Absent if the caller wants no progress. */
  readonly onNodeEnd?: OnNodeEnd | undefined;
}

/** Runs the workflow, or calls the tool. Rejects if that cannot be begun; what fails later is a result. */
export async function callEntry(call: CatalogCall, context: McpContext): Promise<CallToolResult> {
  return call.entry.kind === "tool" ? callTool(call, context) : runWorkflow(call, context);
}

async function runWorkflow(call: CatalogCall, context: McpContext): Promise<CallToolResult> {
  const { entry, args, cancelled, abandoned, onNodeEnd } = call;
  const { tenant } = context;
  const { runId, handle } = await startRun({ workflow: entry.target, inputs: args }, null, {
    ...context,
    reader: undefined,
  });
  const progress = onNodeEnd && reportProgress(runId, tenant.feed, onNodeEnd);
  const cancel = (): void => handle?.cancel("The client has cancelled its request.");
  cancelled.addEventListener("abort", cancel, { once: true });
  if (cancelled.aborted) cancel();
  try {
    const result = await Promise.race([handle?.result, aborted(abandoned)]);
    await progress?.finish();
    // Networks, which have other results, take no inputs.
    return result === undefined ? resultOfLeftRun(runId, "running") : resultOfRun(result as RunResult);
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}

async function callTool(
  { entry, args, cancelled, abandoned }: CatalogCall,
  { host, tenant }: McpContext,
): Promise<CallToolResult> {
  if (host.state === "draining")
    throw new IceError("ICE_SERVER_DRAINING", "The server is stopping: it calls no tools.", { retryable: true });
  const signal = AbortSignal.any([cancelled, abandoned]);
  try {
    return resultOfOutput(contentOf(await tenant.tools.execute(entry.target, args, { tenant: tenant.tenant, signal })));
  } catch (error) {
    return resultOfToolError(error);
  }
}

/** The protocol wants an object. */
const contentOf = (output: Json): JsonObject => (isPlainObject(output) ? output : { result: output });

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
