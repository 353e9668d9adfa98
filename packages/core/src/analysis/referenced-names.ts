import type { Reference } from "../expression/expression.ts";
import type { DraftGroup, DraftNode } from "./draft-node.ts";

/** The node or other name that a reference reads: `a` of `a.x`, of `nodes.a` and of `nodes["a"]`. Undefined for a computed `nodes[x]`. */
export function nameRead({ root, keys }: Reference): string | undefined {
  if (root !== "nodes") return root;
  return keys[0] === undefined ? undefined : String(keys[0]);
}

/** Every name that a node and everything in it reads, except the names its own groups bind. */
export function referencedNames(node: DraftNode): ReadonlySet<string> {
  const names = new Set<string>();
  const fields = [node.when, node.onErrorOutput, ...[...node.fields.values()].map(({ field }) => field)];
  for (const field of fields)
    for (const { references } of field?.expressions ?? [])
      for (const reference of references) {
        const name = nameRead(reference);
        if (name !== undefined) names.add(name);
      }
  for (const group of node.groups.values()) for (const name of namesReferencedIn(group)) names.add(name);
  return names;
}

function namesReferencedIn(group: DraftGroup): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of group.nodes)
    for (const name of referencedNames(node)) if (!group.ids.has(name) && !group.locals.includes(name)) names.add(name);
  return names;
}
