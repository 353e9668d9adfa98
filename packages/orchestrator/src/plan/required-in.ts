import { IceError } from "@ice/core";
import { requiredBy, tooManyRequired, type AnalyzedNode } from "@ice/core/internal";

/**
 * What a node of a plan requires, with what is required around it.
 *
 * @throws IceError `ICE_BLUEPRINT_INVALID` if no worker takes so much: validation does not see what a sub-workflow is used in.
 */
export function requiredIn(analyzed: AnalyzedNode, around: readonly string[]): readonly string[] {
  const requires = requiredBy(analyzed, around);
  const wrong = tooManyRequired(requires);
  if (wrong === undefined) return requires;
  const [{ id: nodeId }, path] = [analyzed.node, `${analyzed.pointer}/requires`];
  const issue = { code: "ICE_BLUEPRINT_SCHEMA", severity: "error", path, nodeId, ...wrong };
  const what = `The node "${nodeId}" cannot be executed: ${wrong.message}.`;
  throw new IceError("ICE_BLUEPRINT_INVALID", what, { fix: wrong.fix, details: { issues: [issue] } });
}
