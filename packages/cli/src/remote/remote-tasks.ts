import type { Client, OpenTask } from "@ice/client";
import { IceError } from "@ice/core";
import type { RunServices } from "../config/run-services.ts";
import type { FollowedRuns } from "./followed-runs.ts";

/** What runs of a server ask people. */
export const remoteTasks = (
  client: Pick<Client, "runs" | "tasks" | "me">,
  followed: FollowedRuns,
): RunServices["tasks"] => ({
  async respond(runId, path, answer, { by } = {}) {
    const task = await findTask(client, runId, path);
    if (task.token === undefined)
      throw new IceError("ICE_SCOPE_MISSING", "This takes a token with the scope `respond`.");
    // In one's own name one answers without the scope `act-as`.
    const as = by === undefined || (await client.me()).name === by ? undefined : by;
    const receipt = await client.tasks.respond(task.token, answer, { as });
    followed.answered(runId);
    return receipt;
  },
});

/** @throws IceError `ICE_REQUEST_NOT_FOUND`, `ICE_REQUEST_CLOSED`. */
async function findTask(
  { runs, tasks }: Pick<Client, "runs" | "tasks">,
  runId: string,
  path: string,
): Promise<OpenTask> {
  let cursor: string | undefined;
  const open: string[] = [];
  do {
    const page = await tasks.list({ runId, limit: 200, cursor });
    const found = page.tasks.find((task) => task.path === path);
    if (found !== undefined) return found;
    open.push(...page.tasks.map((task) => task.path));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  if (await hasAsked(runs, runId, path))
    throw new IceError("ICE_REQUEST_CLOSED", `The request of "${path}" is closed.`, { details: { path } });
  throw new IceError("ICE_REQUEST_NOT_FOUND", `Run "${runId}" has no request of "${path}".`, {
    fix: open.length === 0 ? "it asks nothing" : `it asks at ${open.slice(0, 10).join(", ")}`,
    details: { runId },
  });
}

async function hasAsked({ node }: Pick<Client["runs"], "node">, runId: string, path: string): Promise<boolean> {
  try {
    return (await node(runId, path)).type === "human";
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_NODE_NOT_FOUND") return false;
    throw error;
  }
}
