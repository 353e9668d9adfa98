import type { Client } from "@ice/client";
import { IceError, type ListQuery, type RunResult, type RunSummary } from "@ice/core";
import type { Runs } from "../config/run-services.ts";
import type { FollowedRuns } from "./followed-runs.ts";
import { onlyHere } from "./only-here.ts";
import { summaryOf } from "./summary-of.ts";

/** Runs of one page. */
const pageSize = 200;

/** Runs of a server. A network has a document of its own, for which the commands ask `networks`. */
export const remoteRuns = (client: Pick<Client, "runs" | "me">, followed: FollowedRuns): Runs => ({
  list: (query) => list(client, query),
  show: (runId) => followed.show(runId) as Promise<RunResult>,
  explain: (runId) => client.runs.explain(runId),
  async signal(runId, name, { payload, id, by } = {}) {
    await checkSender(client, by);
    return client.runs.signal(runId, name, { payload, id });
  },
  async cancel(runId, reason) {
    await client.runs.cancel(runId, { reason });
  },
  async resume(runId, { workflow, ...options } = {}) {
    if (workflow !== undefined)
      onlyHere("A FILE to continue with", "remove FILE: the server has the run's own blueprint");
    return followed.resume(runId, options) as Promise<RunResult>;
  },
  whenDetachedEnd: async () => undefined,
  handOn: () => onlyHere("--detach", "remove it: a server goes on with its runs by itself"),
  async wait(runId, { timeoutMs } = {}) {
    const { status } = await followed.wait(runId, timeoutMs);
    return { ...(await summaryOf(client.runs, runId)), status };
  },
});

async function list({ runs }: Pick<Client, "runs">, query: ListQuery = {}): Promise<readonly RunSummary[]> {
  const { status, workflow, limit = 100 } = query;
  const found: RunSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await runs.list({
      status: status === undefined ? undefined : [status],
      workflow,
      limit: Math.min(limit - found.length, pageSize),
      cursor,
    });
    found.push(...page.runs);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

/** A server records the name of the token. @throws IceError `ICE_USAGE`. */
async function checkSender({ me }: Pick<Client, "me">, by: string | undefined): Promise<void> {
  if (by === undefined) return;
  const { name } = await me();
  if (name !== by)
    throw new IceError("ICE_USAGE", `With --api the sender of a signal is the name of the access token, "${name}".`, {
      fix: "remove --as, or use a token with that name",
    });
}
