import type { Json, NetworkResult, RunResult } from "@ice/core";
import { jsonLength } from "@ice/core/internal";

/** Length of a printed document as compact JSON: twice the default limit of an output, a quarter of V8's limit of a string. */
const maxLength = 134_217_728;

const omittedOutput = { outputOmitted: true } as const;

/**
 * A result that can be printed. Each output is bounded, but thousands of nodes that pass on one value by reference can be too long
 * together. From a document that is too long the outputs of its nodes are omitted first, then those of the workflows of a
 * network; `outputOmitted: true` replaces each.
 */
export function boundedResult(result: RunResult | NetworkResult, bound: number = maxLength): object {
  if (fits(result, bound)) return result;
  if (!("workflows" in result)) return withoutNodeOutputs(result);
  const members = Object.entries(result.workflows).map(
    ([id, member]) => [id, "nodes" in member ? withoutNodeOutputs(member) : member] as const,
  );
  const shorter = { ...result, workflows: Object.fromEntries(members) };
  if (fits(shorter, bound)) return shorter;
  return { ...result, workflows: Object.fromEntries(members.map(([id, member]) => [id, withoutOutput(member)])) };
}

/**
 * Outputs of workflows as one document that can be printed. Those that no longer fit are omitted, in their order; `outputOmitted:
 * true` replaces each, and their ids are returned.
 */
export function boundedOutputs(
  outputs: readonly (readonly [id: string, output: Json])[],
  bound: number = maxLength,
): { readonly printed: object; readonly omitted: readonly string[] } {
  const printed: [string, unknown][] = [];
  const omitted: string[] = [];
  let left = bound;
  for (const [id, output] of outputs) {
    const length = jsonLength(output, left);
    if (length <= left) {
      left -= length;
      printed.push([id, output]);
    } else {
      omitted.push(id);
      printed.push([id, omittedOutput]);
    }
  }
  return { printed: Object.fromEntries(printed), omitted };
}

const fits = (value: object, bound: number): boolean => jsonLength(value as Json, bound) <= bound;

const withoutNodeOutputs = (result: RunResult): object => ({
  ...result,
  nodes: Object.fromEntries(Object.entries(result.nodes).map(([path, node]) => [path, withoutOutput(node)])),
});

function withoutOutput(record: object): object {
  if (!("output" in record)) return record;
  const { output: _, ...rest } = record;
  return { ...rest, ...omittedOutput };
}
