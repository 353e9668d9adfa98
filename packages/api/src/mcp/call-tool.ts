import { randomUUID } from "node:crypto";
import type { Json, JsonObject, RunResult } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { failureLine } from "../problem/problem.ts";
import { startRun } from "../runs/start-run.ts";
import { callResult, refusal, resultOfOutput, resultOfRun, resultOfToolError } from "./call-result.ts";
import type { McpContext } from "./mcp-context.ts";
import { reportProgress, type OnNodeEnd } from "./report-progress.ts";
import type { CatalogEntry } from "./tool-catalog.ts";

/** One call of an entry of the catalog. */
export interface CatalogCall {
  readonly entry: CatalogEntry;
  readonly args: JsonObject;
  /** Cancels the call. */
  readonly cancelled: AbortSignal;
  /** Ends the wait for the result: no one reads it any more. */
  readonly abandoned: AbortSignal;
  /** Absent if the caller wants no progress. */
  readonly onNodeEnd?: OnNodeEnd | undefined;
}

/** Runs the workflow, or calls the tool. Never rejects: failures are results that models read. */
export async function callEntry(call: CatalogCall, context: McpContext): Promise<CallToolResult> {
  if (call.entry.kind === "tool") return callTool(call, context);
  try {
    return await runWorkflow(call, context);
  } catch (error) {
    const requestId = randomUUID();
    const { result, isFailure } = refusal(error, requestId);
    if (isFailure) context.report(failureLine(error, requestId));
    return result;
  }
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
    return result === undefined ? callResult({ runId }) : resultOfRun(result as RunResult);
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}

async function callTool(
  { entry, args, cancelled, abandoned }: CatalogCall,
  { tenant }: McpContext,
): Promise<CallToolResult> {
  const signal = AbortSignal.any([cancelled, abandoned]);
  try {
    return resultOfOutput(contentOf(await tenant.tools.execute(entry.target, args, { tenant: tenant.tenant, signal })));
  } catch (error) {
    return resultOfToolError(error);
  }
}

/** The protocol wants an object. */
const contentOf = (output: Json): JsonObject => (isPlainObject(output) ? (output as JsonObject) : { result: output });

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
