import type { ASTNode } from "@marcbachmann/cel-js";
import type { Reference } from "./expression.ts";
import { childrenOf, isComprehension, isNamespaceCall } from "./syntax.ts";
import { typeNames } from "./values/type-value.ts";

/** The names that an expression reads, with the static part of their paths. Names bound by comprehensions are not among them. */
export function collectReferences(root: ASTNode): readonly Reference[] {
  const references: Reference[] = [];
  const visit = (node: ASTNode, bound: ReadonlySet<string>): void => {
    const path = pathOf(node);
    if (path !== undefined) {
      if (!bound.has(path.reference.root)) references.push(path.reference);
      for (const index of path.computed) visit(index, bound);
      return;
    }
    if (isNamespaceCall(node)) {
      for (const argument of (node.args as readonly [string, ASTNode, readonly ASTNode[]])[2]) visit(argument, bound);
      return;
    }
    if (isComprehension(node)) {
      const [, receiver, [variable, ...body]] = node.args;
      visit(receiver, bound);
      const inner = new Set(bound).add((variable as ASTNode & { args: string }).args);
      for (const part of body) visit(part, inner);
      return;
    }
    if (node.op === "call" && node.args[0] === "has") {
      const [argument] = node.args[1];
      const inside = argument === undefined ? undefined : pathOf(argument);
      if (inside !== undefined && argument?.op !== "id") {
        for (const index of inside.computed) visit(index, bound);
        // Only the last part may be absent; everything before it must exist.
        const { reference } = inside;
        if (!bound.has(reference.root))
          references.push({
            ...reference,
            ...(inside.computed.length === 0 && {
              optionalFrom: Math.min(reference.optionalFrom ?? Infinity, reference.keys.length - 1),
            }),
          });
        return;
      }
    }
    for (const child of childrenOf(node)) visit(child, bound);
  };
  visit(root, new Set());
  return references.filter(({ root: name }) => !typeNames.has(name));
}

type PathStep = { readonly key: string | number | undefined; readonly optional: boolean; readonly index?: ASTNode };

/** A chain of selections on a name; undefined for anything else. */
function pathOf(node: ASTNode): { reference: Reference; computed: ASTNode[] } | undefined {
  const steps: PathStep[] = [];
  let at = node;
  while (at.op !== "id") {
    const step = stepOf(at);
    if (step === undefined) return undefined;
    steps.unshift(step);
    at = (at.args as [ASTNode, unknown])[0];
  }
  const firstComputed = steps.findIndex(({ key }) => key === undefined);
  const known = firstComputed < 0 ? steps : steps.slice(0, firstComputed);
  const optionalFrom = known.findIndex(({ optional }) => optional);
  const computed = steps.flatMap(({ index }) => (index === undefined ? [] : [index]));
  const keys = known.map(({ key }) => key!);
  return {
    reference: { root: at.args, keys, start: node.start, end: node.end, ...(optionalFrom < 0 ? {} : { optionalFrom }) },
    computed,
  };
}

function stepOf(node: ASTNode): PathStep | undefined {
  if (node.op === "." || node.op === ".?") return { key: node.args[1], optional: node.op === ".?" };
  if (node.op !== "[]" && node.op !== "[?]") return undefined;
  const [, index] = node.args;
  const optional = node.op === "[?]";
  if (index.op !== "value") return { key: undefined, optional, index };
  if (typeof index.args === "string") return { key: index.args, optional };
  return typeof index.args === "bigint" ? { key: Number(index.args), optional } : { key: undefined, optional };
}

/** The static path of an expression that consists only of a path without optional or computed parts. */
export function purePath(root: ASTNode): Reference | undefined {
  const path = pathOf(root);
  if (path === undefined || path.computed.length > 0 || path.reference.optionalFrom !== undefined) return undefined;
  return lengthOf(root) === path.reference.keys.length ? path.reference : undefined;
}

function lengthOf(node: ASTNode): number {
  let length = 0;
  for (let at = node; at.op !== "id"; at = (at.args as [ASTNode, unknown])[0]) length += 1;
  return length;
}
