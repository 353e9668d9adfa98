import type { RunSummary, Task } from "../api/types.ts";

/** What a run asks people; a network what a run in it asks. */
export function askedBy({ runId, kind }: Pick<RunSummary, "runId" | "kind">, asked: Asked): Task | undefined {
  const own = asked.get(runId);
  if (own !== undefined || kind !== "network") return own;
  // Runs of a network are named after it.
  const [id, task] = [...asked].find(([other]) => other.startsWith(`${runId}.`)) ?? [];
  return id === undefined || task === undefined ? undefined : { ...task, path: id.slice(runId.length + 1) };
}

/** The oldest request of each run, by its id. */
export type Asked = ReadonlyMap<string, Task>;
