import type { CallOptions } from "../http/http-client.ts";
import type { RunDocument } from "./run-document.ts";
import type { RunsClient } from "./runs.ts";

/** Waits until a run has ended or is suspended, and returns its document. */
export async function waitForResult(
  runs: Pick<RunsClient, "snapshot" | "events" | "get">,
  runId: string,
  { signal }: CallOptions = {},
): Promise<RunDocument> {
  const { document, position } = await runs.snapshot(runId, { signal });
  if (isAtRest(document)) return document;
  for await (const event of runs.events(runId, { after: position, signal })) {
    if (event.kind !== "status" || event.status !== "suspended") continue;
    const suspended = await runs.get(runId, { signal });
    if (isAtRest(suspended)) return suspended;
  }
  return runs.get(runId, { signal });
}

/** Whether nothing more happens by itself. A run that is interrupted is continued by its server. */
const isAtRest = ({ status }: RunDocument): boolean => status !== "running" && status !== "interrupted";
