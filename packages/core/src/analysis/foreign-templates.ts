import { shorten } from "../errors/shorten.ts";
import type { ForeignText } from "../expression/compile-value.ts";
import { foreignTemplates } from "../expression/foreign.ts";
import type { ReferencePlace, Visible } from "./check-reference.ts";

/** Warns about a string with a template of another language that reads a name which exists here. */
export function warnOfForeign(
  { text, keys }: ForeignText,
  {
    visible,
    extra,
    pointer,
    nodeId,
    issues,
  }: Pick<ReferencePlace, "visible" | "extra" | "pointer" | "nodeId" | "issues">,
): void {
  const isKnown = (name: string): boolean => global.has(name) || extra.has(name) || isVisible(name, visible);
  const found = foreignTemplates(text).find(({ names }) => names.some(isKnown));
  if (found === undefined) return;
  issues.at(pointer, keys, {
    code: "ICE_EXPRESSION_INVALID",
    severity: "warning",
    nodeId,
    message: shorten(found.what),
    fix: () => found.fix(),
  });
}

const global: ReadonlySet<string> = new Set(["inputs", "nodes"]);

function isVisible(name: string, visible: Visible): boolean {
  for (let at: Visible | undefined = visible; at !== undefined; at = at.outer)
    if (at.locals.has(name) || (at.scope.ids.has(name) && at.self?.id !== name)) return true;
  return false;
}
