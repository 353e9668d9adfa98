import type { Json } from "../api/types.ts";
import { partAt, pathOfExpression } from "./expressions.ts";
import type { NodeConfigs } from "./node-configs.ts";
import { graphPathOf, itemsAround } from "./node-path.ts";

/** What expressions can refer to, at a node of a run. */
export interface Surroundings {
  /** Path of the node in the run. */
  readonly at: string;
  readonly configs: NodeConfigs;
  readonly inputs: Json | undefined;
  /** Whether a node of the run has a record. */
  has(path: string): boolean;
  outputOf(path: string): Promise<Json | undefined>;
}

/** An item of a loop. */
export interface ShownItem {
  readonly index: number;
  /** The expression of the list, with the index: `rows.items[15]`. */
  readonly source: string;
  readonly value: Json;
}

/** The values of expressions that are paths, found in what is recorded. Others, and what is not recorded, are absent. */
export async function evaluated(
  expressions: readonly string[],
  surroundings: Surroundings,
): Promise<ReadonlyMap<string, Json>> {
  const found = new Map<string, Json>();
  for (const expression of expressions) {
    const value = await valueOf(expression, surroundings);
    if (value !== undefined) found.set(expression, value);
  }
  return found;
}

async function valueOf(expression: string, surroundings: Surroundings): Promise<Json | undefined> {
  const [root, ...path] = pathOfExpression(expression) ?? [];
  if (typeof root !== "string") return undefined;
  if (root === "inputs") return partAt(surroundings.inputs, path);
  const { at, configs } = surroundings;
  for (const { loop, index } of itemsAround(at).toReversed()) {
    const { itemVar = "item", indexVar = "index" } = configs.get(graphPathOf(loop)) ?? {};
    if (root === indexVar) return path.length === 0 ? index : undefined;
    if (root === itemVar) return partAt((await itemOf(loop, index, surroundings))?.value, path);
  }
  const node = scopesAround(at)
    .map((prefix) => prefix + root)
    .find((other) => other !== at && surroundings.has(other));
  return node === undefined ? undefined : partAt(await surroundings.outputOf(node), path);
}

/** The item of a loop, if its list is a path in what is recorded. */
export async function itemOf(loop: string, index: number, surroundings: Surroundings): Promise<ShownItem | undefined> {
  const source = surroundings.configs.get(graphPathOf(loop))?.["itemsSource"];
  if (typeof source !== "string") return undefined;
  const value = partAt(await valueOf(source.trim(), { ...surroundings, at: loop }), [index]);
  return value === undefined ? undefined : { index, source: `${source.trim()}[${index}]`, value };
}

/** What stands before the ids of nodes that a node sees, the nearest first: `a[1].b.c` → `a[1].b.`, `a[1].`, nothing. */
function scopesAround(at: string): string[] {
  const prefixes = [""];
  for (const { index } of at.matchAll(/\./g)) prefixes.unshift(at.slice(0, index + 1));
  return prefixes;
}
