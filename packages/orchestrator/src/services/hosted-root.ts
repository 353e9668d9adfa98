import type { Engine } from "../engine/engine.ts";

/** Networks do not nest, so this is more than enough. */
const maxParents = 32;

/**
 * The run that is to be continued in place of a run: a workflow of a network is continued by its network, until that has ended.
 *
 * @throws IceError `ICE_RUN_NOT_FOUND`.
 */
export async function hostedRoot(
  engine: Engine,
  runId: string,
): Promise<{ readonly engine: Engine; readonly runId: string }> {
  let run = await engine.store.summary(runId);
  for (let n = 0; n < maxParents && run.startedBy !== undefined; n += 1) {
    const parent = await engine.store.summary(run.startedBy.runId).catch(() => undefined);
    if (parent === undefined || parent.kind !== "network" || parent.endedAt !== undefined) break;
    run = parent;
  }
  return { engine, runId: run.runId };
}
