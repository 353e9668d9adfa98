import { jsonLength, type Json, type NetworkResult, type RunResult } from "@ice/core";

/** Longest document that is printed, as compact JSON: twice what an output may be by default, and a quarter of what V8 holds. */
const longest = 134_217_728;

const omittedOutput = { outputOmitted: true } as const;

/**
 * A result that can be printed. Outputs are bounded one by one; thousands of nodes that hand on one value by reference are not, all
 * together. Of a document that is too long the outputs of its nodes are left out, and then those of the workflows of a network;
 * `outputOmitted: true` stands for each.
 */
export function boundedResult(result: RunResult | NetworkResult, bound: number = longest): object {
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
 * Outputs of workflows as one document that can be printed. Those that do not fit any more are left out, in their order;
 * `outputOmitted: true` stands for each, and their ids are given.
 */
export function boundedOutputs(
  outputs: readonly (readonly [id: string, output: Json])[],
  bound: number = longest,
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
