import type { ChildNode } from "@ice/core";
import type { Person, Scenario } from "@ice/testing";

type Nodes = readonly ChildNode[];
type Fields = Readonly<Record<string, unknown>>;

/** What a container adds to a scenario: its node, and the sub-workflow when it has one. */
interface Contained {
  readonly node: ChildNode;
  readonly workflow?: { readonly name: string; readonly nodes: Nodes };
}

const container = (id: string, type: string, fields: Fields): ChildNode => ({ id, type, ...fields });

/** Every way in which nodes can be inside another node. */
export const containers: Readonly<Record<string, (id: string, nodes: Nodes) => Contained>> = {
  "the true path": (id, nodes) => ({ node: container(id, "condition", { expression: "true", truePath: nodes }) }),
  "the false path": (id, nodes) => ({
    node: container(id, "condition", { expression: "false", truePath: [call(`${id}other`)], falsePath: nodes }),
  }),
  "a loop": (id, nodes) => ({
    node: container(id, "loop", { itemsSource: "range(2)", itemVar: `${id}i`, indexVar: `${id}x`, body: nodes }),
  }),
  "a parallel loop": (id, nodes) => ({
    node: container(id, "loop", {
      itemsSource: "range(2)",
      itemVar: `${id}i`,
      indexVar: `${id}x`,
      body: nodes,
      parallel: true,
    }),
  }),
  "a branch": (id, nodes) => ({ node: container(id, "parallel", { branches: [[call(`${id}other`)], nodes] }) }),
  "a sub-workflow": (id, nodes) => ({
    node: container(id, "workflow", { workflowRef: `${id}w` }),
    workflow: { name: `${id}w`, nodes },
  }),
  "a recursion": (id, nodes) => ({
    node: container(id, "recursive", { body: nodes, convergenceCondition: "iteration >= 1" }),
  }),
  "a recursive sub-workflow": (id, nodes) => ({
    node: container(id, "recursive", { workflowRef: `${id}w`, inputs: {}, convergenceCondition: "iteration >= 1" }),
    workflow: { name: `${id}w`, nodes },
  }),
};

const call = (id: string, more: Fields = {}): ChildNode => ({
  id,
  type: "tool",
  toolName: "effect",
  toolArgs: { v: 3, ms: 5 },
  ...more,
});

/** Every kind of node that can stand beside a person. A container holds a call. */
export const neighbours: Readonly<Record<string, (id: string) => Contained>> = {
  "a tool": (id) => ({ node: call(id, { retryPolicy: { maxAttempts: 3, backoffSeconds: 0.01 } }) }),
  "another person": (id) => ({ node: person(id) }),
  "a monitor": (id) => ({
    node: container(id, "monitor", {
      metricExpression: "metrics.nodesCompleted >= 1",
      actionOnTrigger: "alert",
      alertChannels: [],
      checkIntervalSeconds: 1,
    }),
  }),
  ...Object.fromEntries(
    Object.entries(containers).map(([name, make]) => [name, (id: string) => make(id, [call(`${id}c`)])]),
  ),
};

const person = (id: string, more: Fields = {}): ChildNode => ({
  id,
  type: "human",
  promptMessage: "?",
  approvalType: "approval",
  ...more,
});

/** A person and a neighbour, both inside `inner` inside `outer`; a call waits for both. */
export function scenarioOf(
  outer: string,
  inner: string,
  neighbour: string,
  faultPlan: Scenario["faultPlan"],
): Scenario {
  const beside = neighbours[neighbour]!("n");
  const nodes = [beside.node, person("h"), call("z", { dependencies: ["h"], toolArgs: { v: 4, ms: 5 } })];
  const within = containers[inner]!("i", nodes);
  const around = containers[outer]!("o", [within.node]);
  const workflows = [beside, within, around].flatMap(({ workflow }) => (workflow === undefined ? [] : [workflow]));
  return {
    blueprint: { name: "generated", nodes: [around.node, call("last", { dependencies: ["o"] })] as never },
    workflows,
    people: { h: yes, n: yes },
    // The test compares the outputs itself.
    comparable: false,
    faultPlan,
  };
}

const yes: Person = { answer: { approved: true }, when: "later", atMs: 0 };
