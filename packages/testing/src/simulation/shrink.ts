import type { ChildNode } from "@ice/core";
import { groupsOf } from "./node-index.ts";
import type { SimulatedStart } from "./process.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { Simulation } from "./simulation-run.ts";

const optionalFields = [
  "when",
  "retryPolicy",
  "onError",
  "timeoutSeconds",
  "join",
  "until",
  "maxConcurrency",
  "mergeOutputs",
];

/**
 * Makes a failing simulation smaller while it breaks the promise in the same way: without this node, this field, this crash.
 *
 * @param options.tries - most simulations that it makes. Default 300.
 */
export async function shrink(
  failing: Simulation,
  start: SimulatedStart,
  { tries = 300 }: { readonly tries?: number } = {},
): Promise<Simulation> {
  let smallest = failing;
  let left = tries;
  for (let progress = true; progress && left > 0;) {
    progress = false;
    for (const candidate of smaller(smallest.scenario)) {
      if (left <= 0) break;
      left -= 1;
      const simulation = await simulate(candidate, start);
      if (kindOf(simulation) !== kindOf(failing)) continue;
      smallest = simulation;
      progress = true;
      break;
    }
  }
  return smallest;
}

/** A violation without its names and numbers. */
const kindOf = ({ violations: [first = ""] }: Simulation): string =>
  first.slice(0, 400).replace(/[nw]?\d+[ix]?|\[[^\]]*\]|\{.*/gs, "");

/** Every scenario that has one thing less. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { weather } = scenario;
  for (const index of weather.deaths.keys())
    yield { ...scenario, weather: { ...weather, deaths: weather.deaths.toSpliced(index, 1) } };
  if (weather.downtimeMs > 0) yield { ...scenario, weather: { ...weather, downtimeMs: 0 } };
  if (weather.commitMs > 0) yield { ...scenario, weather: { ...weather, commitMs: 0 } };
  for (let change = 0; ; change += 1) {
    const copy = structuredClone(scenario);
    const lists = [copy.blueprint, ...copy.workflows].map(({ nodes }) => nodes as ChildNode[]);
    if (!applyChange(lists, change)) return;
    yield copy;
  }
}

/** Applies the nth possible change to the lists of nodes. Returns false when there is none. */
function applyChange(lists: readonly ChildNode[][], nth: number): boolean {
  let count = 0;
  const visit = (nodes: ChildNode[]): boolean => {
    for (const [index, node] of nodes.entries()) {
      if (nodes.length > 1 && count++ === nth) {
        nodes.splice(index, 1);
        for (const other of nodes) withoutDependency(other, node.id);
        return true;
      }
      const fields = node as Record<string, unknown>;
      for (const field of optionalFields)
        if (fields[field] !== undefined && !isDeadline(node, field) && count++ === nth) {
          delete fields[field];
          return true;
        }
      if (groupsOf(node).some(visit)) return true;
    }
    return false;
  };
  return lists.some(visit);
}

/** Without it a person who never answers keeps the run for ever. */
const isDeadline = ({ type }: ChildNode, field: string): boolean => type === "human" && field === "timeoutSeconds";

function withoutDependency(node: ChildNode, id: string): void {
  const fields = node as Record<string, unknown>;
  const rest = ((fields["dependencies"] as string[] | undefined) ?? []).filter((dependency) => dependency !== id);
  fields["dependencies"] = rest;
  if (typeof fields["join"] === "object" && rest.length === 0) delete fields["join"];
}
