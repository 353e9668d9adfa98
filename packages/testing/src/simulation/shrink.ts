import type { ChildNode } from "@ice/core";
import { groupsOf } from "./node-index.ts";
import type { SimulatedStart } from "./process.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { Simulation } from "./simulation-run.ts";

/** Fields that a node can do without. Some types need one of them; the smaller scenario is then not valid, and not chosen. */
const optionalFields = (
  "when retryPolicy onError timeoutSeconds join until maxConcurrency mergeOutputs onItemError settle cache runId detached " +
  "payloadSchema buffer seconds at name catch compensate finally cancelOn cleanupSeconds otherwise falsePath output"
).split(" ");

/**
 * Reduces a failing simulation as long as it has the same violation: it removes nodes, fields, signals and crashes.
 *
 * @param options.tries - maximum number of simulations. Default 300.
 */
export async function shrink(
  failing: Simulation,
  start: SimulatedStart,
  { tries = 300 }: { readonly tries?: number } = {},
): Promise<Simulation> {
  return shrinkBy(failing, { tries, smaller, simulate: (scenario) => simulate(scenario, start) });
}

/** What has failed: a scenario of any kind, and what it violates. */
interface Failing<Kind> {
  readonly scenario: Kind;
  readonly violations: readonly string[];
}

/** @param options.smaller - every scenario with one thing less. */
export async function shrinkBy<Kind, Result extends Failing<Kind>>(
  failing: Result,
  options: {
    readonly tries: number;
    readonly smaller: (scenario: Kind) => Iterable<Kind>;
    readonly simulate: (scenario: Kind) => Promise<Result>;
  },
): Promise<Result> {
  let smallest = failing;
  let left = options.tries;
  for (let progress = true; progress && left > 0;) {
    progress = false;
    for (const candidate of options.smaller(smallest.scenario)) {
      if (left <= 0) break;
      left -= 1;
      const simulation = await options.simulate(candidate);
      if (kindOf(simulation) !== kindOf(failing)) continue;
      smallest = simulation;
      progress = true;
      break;
    }
  }
  return smallest;
}

/** A violation without names and numbers. */
const kindOf = ({ violations: [first = ""] }: Pick<Simulation, "violations">): string =>
  first.slice(0, 400).replace(/[nw]?\d+[ix]?|\[[^\]]*\]|\{.*/gs, "");

/** Every scenario with one thing less. */
export function* smaller(scenario: Scenario): Generator<Scenario> {
  const { faultPlan, signals = [] } = scenario;
  for (const index of faultPlan.crashes.keys())
    yield { ...scenario, faultPlan: { ...faultPlan, crashes: faultPlan.crashes.toSpliced(index, 1) } };
  if (faultPlan.downtimeMs > 0) yield { ...scenario, faultPlan: { ...faultPlan, downtimeMs: 0 } };
  if (faultPlan.commitMs > 0) yield { ...scenario, faultPlan: { ...faultPlan, commitMs: 0 } };
  for (const field of ["cancelMs", "noticeMs", "staySeconds"] as const)
    if (faultPlan[field] !== undefined) {
      const { [field]: _, ...rest } = faultPlan;
      yield { ...scenario, faultPlan: rest };
    }
  for (const index of signals.keys()) yield { ...scenario, signals: signals.toSpliced(index, 1) };
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
  const isNext = (): boolean => count++ === nth;
  const visit = (nodes: ChildNode[], container?: ChildNode): boolean => {
    for (const [index, node] of nodes.entries()) {
      if (nodes.length > 1 && isNext()) {
        nodes.splice(index, 1);
        for (const other of nodes) withoutDependency(other, node.id);
        delete (container?.["compensate"] as Record<string, unknown> | undefined)?.[node.id];
        return true;
      }
      if (simplify(node, isNext)) return true;
      for (const list of groupsOf(node).values()) if (visit(list, node)) return true;
    }
    return false;
  };
  return lists.some((list) => visit(list));
}

/** Removes a field of a node, an entry of it, or what it reads of others. */
function simplify(node: ChildNode, isNext: () => boolean): boolean {
  const fields = node as Record<string, unknown>;
  for (const field of optionalFields)
    if (fields[field] !== undefined && !isDeadline(node, field) && isNext()) return delete fields[field];
  const undone = fields["compensate"] as Record<string, unknown> | undefined;
  for (const id of Object.keys(undone ?? {})) if (isNext()) return delete undone![id];
  const args = fields["toolArgs"] as Record<string, unknown> | undefined;
  if (typeof args?.["v"] !== "string" || !isNext()) return false;
  args["v"] = 1;
  return true;
}

/** Without it, a person who never answers would keep the run open. */
const isDeadline = ({ type }: ChildNode, field: string): boolean => type === "human" && field === "timeoutSeconds";

function withoutDependency(node: ChildNode, id: string): void {
  const fields = node as Record<string, unknown>;
  const rest = ((fields["dependencies"] as string[] | undefined) ?? []).filter((dependency) => dependency !== id);
  fields["dependencies"] = rest;
  if (typeof fields["join"] === "object" && rest.length === 0) delete fields["join"];
}
