import type { ContextManager, Json } from "@ice/core";
import { contextOf } from "../run/context.ts";
import type { Engine } from "../run/engine.ts";

/** Looks into runs in progress. What it returns is frozen or a copy: nobody can change a run through it. */
export function createContextManager(engine: Engine): ContextManager {
  return {
    contextOf(runId, path) {
      const idAt = path.lastIndexOf(".") + 1;
      const siblings = engine.requireLive(runId).run.scopes.get(path.slice(0, idAt))?.siblings;
      const position = siblings?.plan.positions.get(path.slice(idAt));
      return siblings === undefined || position === undefined
        ? undefined
        : contextOf(siblings.plan.nodes[position]!, siblings);
    },
    outputsOf(runId) {
      const outputs: Record<string, Json> = {};
      for (const [path, { output }] of Object.entries(engine.requireLive(runId).run.nodes))
        if (output !== undefined) outputs[path] = output;
      return outputs;
    },
  };
}
