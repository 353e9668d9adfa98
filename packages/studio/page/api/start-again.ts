import { ApiError, read } from "./http.ts";
import type { JsonObject, Me, RunBlueprint, RunDocument, WorkflowEntry } from "./types.ts";

/**
 * Starts the blueprint of a run once more. That takes the scope `author`; without it, and of a file that is being
 * edited, the workflow of that name is started.
 *
 * @returns the id of the new run.
 */
export async function startAgain(
  document: Pick<RunDocument, "runId" | "workflow">,
  given: JsonObject,
): Promise<string> {
  const named = document.workflow;
  // A network has its inputs in its document.
  const inputs = named === undefined ? {} : { inputs: given };
  const { scopes } = await read<Me>("/v1/me");
  const isFile = named !== undefined && (await isEdited(named.name));
  const byName = named && { workflow: isFile ? named.name : `${named.name}@${named.version}`, ...inputs };
  if (byName !== undefined && (isFile || !scopes.includes("author"))) return startNamed(byName);
  const address = `/v1/runs/${encodeURIComponent(document.runId)}/blueprint`;
  const { blueprint } = await read<RunBlueprint>(address);
  try {
    return await start({ blueprint, ...inputs });
  } catch (error) {
    // It is too large for one request.
    if (byName === undefined || !(error instanceof ApiError) || error.status !== 413) throw error;
    return start(byName);
  }
}

async function isEdited(name: string): Promise<boolean> {
  const { workflows } = await read<{ workflows: readonly Pick<WorkflowEntry, "name" | "source">[] }>("/v1/workflows");
  return workflows.some((one) => one.name === name && one.source === "file");
}

async function startNamed(json: JsonObject): Promise<string> {
  try {
    return await start(json);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "ICE_WORKFLOW_UNKNOWN") throw error;
    const detail = "The run was started from a document of its own, and there is no workflow of that name.";
    throw new ApiError("ICE_SCOPE_MISSING", detail, { status: 403, fix: "use a token with the scope `author`" });
  }
}

async function start(json: JsonObject): Promise<string> {
  const headers = { "idempotency-key": crypto.randomUUID() };
  return (await read<{ runId: string }>("/v1/runs", { json, headers })).runId;
}
