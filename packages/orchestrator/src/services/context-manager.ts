import { IceError, type ContextManager, type Json } from "@ice/core";
import type { Engine } from "../engine/engine.ts";
import type { LiveRun } from "../engine/live-run.ts";
import { contextOf } from "../run/context.ts";

/** Reads the state of runs in progress. Returned values are frozen or copies: a run cannot be changed through it. */
export function createContextManager(engine: Engine): ContextManager {
  return {
    contextOf(runId, path) {
      const idAt = path.lastIndexOf(".") + 1;
      const [prefix, id] = [path.slice(0, idAt), path.slice(idAt)];
      for (const scope of requireLive(engine, runId).run.scopes) {
        const position = scope.prefix === prefix ? scope.siblings.plan.positions.get(id) : undefined;
        if (position !== undefined) return contextOf(scope.siblings.plan.nodes[position]!, scope.siblings);
      }
      return undefined;
    },
    outputsOf(runId) {
      const outputs: Record<string, Json> = {};
      for (const [path, { output }] of Object.entries(requireLive(engine, runId).run.nodes.byPath()))
        if (output !== undefined) outputs[path] = output;
      return outputs;
    },
  };
}

/** @throws IceError `ICE_RUN_NOT_FOUND`. */
function requireLive(engine: Engine, runId: string): LiveRun {
  const live = engine.liveRun(runId);
  if (live !== undefined) return live;
  throw new IceError("ICE_RUN_NOT_FOUND", `No run "${runId}" is in progress in this process.`, {
    fix: "list the stored runs with WorkflowExecutionService.list()",
    details: { runId },
  });
}
