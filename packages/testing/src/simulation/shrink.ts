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
 * Reduces a failing simulation as long as it has the same violation: it removes nodes, fields and crashes.
 *
 * @param options.tries - maximum number of simulations. Default 300.
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

/** A violation without names and numbers. */
const kindOf = ({ violations: [first = ""] }: Simulation): string =>
  first.slice(0, 400).replace(/[nw]?\d+[ix]?|\[[^\]]*\]|\{.*/gs, "");

/** Every scenario with one thing less. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { faultPlan } = scenario;
  for (const index of faultPlan.crashes.keys())
    yield { ...scenario, faultPlan: { ...faultPlan, crashes: faultPlan.crashes.toSpliced(index, 1) } };
  if (faultPlan.downtimeMs > 0) yield { ...scenario, faultPlan: { ...faultPlan, downtimeMs: 0 } };
  if (faultPlan.commitMs > 0) yield { ...scenario, faultPlan: { ...faultPlan, commitMs: 0 } };
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

/** Without it, a person who never answers would keep the run open. */
const isDeadline = ({ type }: ChildNode, field: string): boolean => type === "human" && field === "timeoutSeconds";

function withoutDependency(node: ChildNode, id: string): void {
  const fields = node as Record<string, unknown>;
  const rest = ((fields["dependencies"] as string[] | undefined) ?? []).filter((dependency) => dependency !== id);
  fields["dependencies"] = rest;
  if (typeof fields["join"] === "object" && rest.length === 0) delete fields["join"];
}
