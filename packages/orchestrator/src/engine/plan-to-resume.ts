import { IceError, type StoredRun } from "@ice/core";
import { finishInTurns } from "@ice/core/internal";
import type { Compiler } from "../plan/compiler.ts";
import type { Plan } from "../plan/plan.ts";
import { currentDocument } from "../plan/run-document.ts";
import type { Pace } from "../scheduling/pace.ts";

/**
 * The plan to resume a run with: the stored one, or a given one if that is allowed.
 *
 * @throws IceError `ICE_STORE_BLUEPRINT_CHANGED` for another blueprint without `force`, `ICE_USAGE` for one of another kind,
 * `ICE_BLUEPRINT_INVALID` if the stored one is not valid in this process.
 */
export async function planToResume(
  { compiler, pace }: { readonly compiler: Compiler; readonly pace: Pace },
  kept: StoredRun,
  { given, force = false }: { readonly given?: Plan | undefined; readonly force?: boolean | undefined },
): Promise<{ readonly plan: Plan; readonly changed: boolean }> {
  if (given === undefined) return { plan: await compiler.planOf(kept), changed: false };
  const { runId, kind } = kept;
  if ((given.kind ?? "workflow") !== kind)
    throw new IceError("ICE_USAGE", `The run "${runId}" belongs to a ${kind}, but the blueprint is of another kind.`, {
      fix: `resume it without a blueprint (its own is stored), or with one of a ${kind}`,
      details: { runId },
    });
  await finishInTurns(given.document.prepare(), pace.slice);
  const document = currentDocument(kept);
  const changed = given.document.hash !== document.hash;
  if (changed && !force)
    throw new IceError("ICE_STORE_BLUEPRINT_CHANGED", `The run "${runId}" was started with a different blueprint.`, {
      fix: "resume it without a blueprint (its own is stored), or force it",
      details: { runId, kept: document.hash, given: given.document.hash },
    });
  return { plan: given, changed };
}
