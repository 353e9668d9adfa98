import { IceError, type QueuedRun } from "@ice/core";
import { requireDispatcher } from "@ice/core/internal";
import { isEnded } from "../engine/ended-result.ts";
import type { Engine } from "../engine/engine.ts";

/** Leaves a run to workers; see `WorkflowExecutionService.handOn`. */
export async function handOnRun({ store }: Engine, runId: string): Promise<QueuedRun | undefined> {
  if (await requireDispatcher(store).handOn(runId, { detach: true })) return { runId, status: "queued" };
  if (isEnded(await store.summary(runId))) return undefined;
  throw new IceError("ICE_STORE_OWNED", `The run "${runId}" is in progress in another process.`, {
    fix: "wait until it ends or suspends",
    details: { runId },
  });
}
