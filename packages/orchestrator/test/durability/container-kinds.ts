import type { ChildNode } from "@ice/core";
import type { Person, Scenario } from "@ice/testing";

type Nodes = readonly ChildNode[];
type Fields = Readonly<Record<string, unknown>>;

/** What a node adds to a scenario: the node, and the sub-workflow when it has one. */
export interface Contained {
  readonly node: ChildNode;
  readonly workflow?: { readonly name: string; readonly nodes: Nodes };
}

type Contain = (id: string, nodes: Nodes) => Contained;

const node = (id: string, type: string, fields: Fields): ChildNode => ({ id, type, ...fields });

export const call = (id: string, more: Fields = {}): ChildNode =>
  node(id, "tool", { toolName: "effect", toolArgs: { v: 3, ms: 5 }, ...more });

const failing = (id: string, more: Fields = {}): ChildNode =>
  call(id, { toolName: "pure", toolArgs: { v: 3, ms: 5, fail: true }, ...more });

const loop = (id: string, nodes: Nodes, more: Fields = {}): ChildNode =>
  node(id, "loop", { itemsSource: "range(2)", itemVar: `${id}i`, indexVar: `${id}x`, body: nodes, ...more });

/** Every way in which nodes can be inside another node. */
export const containers: Readonly<Record<string, Contain>> = {
  "the true path": (id, nodes) => ({ node: node(id, "condition", { expression: "true", truePath: nodes }) }),
  "the false path": (id, nodes) => ({
    node: node(id, "condition", { expression: "false", truePath: [call(`${id}other`)], falsePath: nodes }),
  }),
  "a case": (id, nodes) => ({
    node: node(id, "switch", {
      cases: [
        { when: "false", path: [call(`${id}other`)] },
        { when: "true", path: nodes },
      ],
    }),
  }),
  "no case": (id, nodes) => ({
    node: node(id, "switch", { cases: [{ when: "false", path: [call(`${id}other`)] }], otherwise: nodes }),
  }),
  "a loop": (id, nodes) => ({ node: loop(id, nodes) }),
  "a parallel loop": (id, nodes) => ({ node: loop(id, nodes, { parallel: true }) }),
  "a loop that settles": (id, nodes) => ({
    node: loop(id, nodes, { parallel: true, settle: { atLeast: 1 }, itemsSource: "[1]" }),
  }),
  "a branch": (id, nodes) => ({ node: node(id, "parallel", { branches: [[call(`${id}other`)], nodes] }) }),
  "a sub-workflow": (id, nodes) => ({
    node: node(id, "workflow", { workflowRef: `${id}w` }),
    workflow: { name: `${id}w`, nodes },
  }),
  "a recursion": (id, nodes) => ({
    node: node(id, "recursive", { body: nodes, convergenceCondition: "iteration >= 1" }),
  }),
  "a recursive sub-workflow": (id, nodes) => ({
    node: node(id, "recursive", { workflowRef: `${id}w`, inputs: {}, convergenceCondition: "iteration >= 1" }),
    workflow: { name: `${id}w`, nodes },
  }),
  "a scope": (id, nodes) => ({ node: node(id, "scope", { body: nodes, finally: [call(`${id}after`)] }) }),
  "a catch": (id, nodes) => ({
    node: node(id, "scope", {
      body: [call(`${id}done`), failing(`${id}fails`, { dependencies: [`${id}done`] })],
      compensate: { [`${id}done`]: [call(`${id}revert`)] },
      catch: { body: nodes },
    }),
  }),
  "a scope that is tried again": (id, nodes) => ({
    node: node(id, "scope", {
      body: [...nodes, call(`${id}fails`, { toolName: "pure", toolArgs: { v: 3, ms: 5, failures: 1 } })],
      retryPolicy: { maxAttempts: 3, backoffSeconds: 0.01 },
    }),
  }),
};

/** The lists of a scope that clean up. Nothing in them can wait for days. */
export const cleanups: Readonly<Record<string, (id: string, before: Nodes, nodes: Nodes) => ChildNode>> = {
  "a compensation": (id, before, nodes) =>
    node(id, "scope", { body: failingAfter(id, before), compensate: { [`${id}done`]: nodes }, onError: "skip" }),
  "a finally": (id, before, nodes) =>
    node(id, "scope", { body: failingAfter(id, before), finally: nodes, onError: "skip" }),
};

const failingAfter = (id: string, before: Nodes): Nodes => [
  call(`${id}done`),
  ...before,
  failing(`${id}fails`, { dependencies: [`${id}done`, ...before.map((one) => one.id)] }),
];

/** Nodes for which a run is suspended. */
export const suspending: Readonly<Record<string, (id: string) => ChildNode>> = {
  "a person": (id) => node(id, "human", { promptMessage: "?", approvalType: "approval" }),
  "a wait": (id) => node(id, "wait", { signal: `own:${id}` }),
};

/** Every kind of node that can stand beside one that waits, and can clean up. A container holds a call. */
export const neighbours: Readonly<Record<string, (id: string) => Contained>> = {
  "a tool": (id) => ({ node: call(id, { retryPolicy: { maxAttempts: 3, backoffSeconds: 0.01 } }) }),
  "a cached tool": (id) => ({ node: call(id, { toolName: "pure", cache: { ttlSeconds: 3600 } }) }),
  "a detached workflow": (id) => ({
    node: node(id, "workflow", { workflowRef: `${id}w`, detached: true }),
    workflow: { name: `${id}w`, nodes: [call(`${id}c`)] },
  }),
  ...Object.fromEntries(
    Object.entries(containers).map(([name, contain]) => [name, (id: string) => contain(id, [call(`${id}c`)])]),
  ),
};

/** Those that cannot clean up. */
export const waitingNeighbours: Readonly<Record<string, (id: string) => Contained>> = {
  "another person": (id) => ({ node: suspending["a person"]!(id) }),
  "another wait": (id) => ({ node: suspending["a wait"]!(id) }),
  "a short wait": (id) => ({ node: node(id, "wait", { seconds: 0.02 }) }),
  "a monitor": (id) => ({
    node: node(id, "monitor", {
      metricExpression: "metrics.nodesCompleted >= 1",
      actionOnTrigger: "alert",
      alertChannels: [],
      checkIntervalSeconds: 1,
    }),
  }),
};

/** The end of a workflow, once `h` has what it waits for and `n` is done. */
export const end = (status: "completed" | "failed"): ChildNode =>
  node("e", "end", { status, dependencies: ["h", "n"] });

/** Nodes inside `inner` inside `outer`, and a call that comes after. */
export function scenarioOf(
  outer: string,
  inner: Contain,
  contents: readonly Contained[],
  faultPlan: Scenario["faultPlan"],
): Scenario {
  const within = inner(
    "i",
    contents.map((one) => one.node),
  );
  const around = containers[outer]!("o", [within.node]);
  const workflows = [...contents, within, around].flatMap(({ workflow }) => (workflow === undefined ? [] : [workflow]));
  return {
    blueprint: { name: "generated", nodes: [around.node, call("last", { dependencies: ["o"] }), busy] as never },
    workflows,
    people: { h: yes, n: yes },
    // The test compares the outputs itself.
    comparable: false,
    faultPlan,
  };
}

/** Keeps the process until what is sent early has arrived. */
const busy = call("busy", { toolArgs: { v: 1, ms: 10 } });

const yes: Person = { answer: { approved: true }, when: "later", atMs: 0 };
