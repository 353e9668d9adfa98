import type { IceError } from "@ice/core";
import type { Agenda } from "./agenda.ts";
import { fromErrorRecord } from "./failure.ts";
import type { ScopeRun } from "./scope-run.ts";

/**
 * Takes over what an earlier process recorded of the nodes of a scope: they do not run again, and are released in turn.
 *
 * @returns the first error among them, and whether one was cancelled.
 */
export function restoreScope(
  { frame, prefix, siblings }: ScopeRun,
  agenda: Agenda,
): { readonly error: IceError | undefined; readonly cancelled: boolean } {
  let error: IceError | undefined;
  let cancelled = false;
  for (const { path, node } of frame.run.history?.outcomesIn(prefix) ?? []) {
    const position = siblings.restore(path.slice(prefix.length), node);
    if (position === undefined) continue;
    if (node.status === "failed") error ??= fromErrorRecord(node.error!);
    cancelled ||= node.status === "cancelled";
    agenda.end(position);
  }
  return { error, cancelled };
}
