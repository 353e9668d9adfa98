import type { ChildNode } from "@ice/core";
import { noFaults, type Person, type Scenario } from "@ice/testing";

type Fields = Readonly<Record<string, unknown>>;

const node = (id: string, type: string, fields: Fields): ChildNode => ({ id, type, ...fields });
const effect = (id: string, more: Fields = {}): ChildNode =>
  node(id, "tool", { toolName: "effect", toolArgs: { v: 1, ms: 5 }, ...more });
const reading = (id: string, other: string, more: Fields = {}): ChildNode =>
  effect(id, { dependencies: [other], toolArgs: { v: `{{ ${other}.v + 1 }}`, ms: 5 }, ...more });
const after = (...dependencies: string[]): Fields => ({ dependencies });
const retries = { retryPolicy: { maxAttempts: 4, backoffStrategy: "fixed", backoffSeconds: 0.02 } };
const ask = (id: string, more: Fields = {}): ChildNode =>
  node(id, "human", { promptMessage: "?", approvalType: "approval", ...more });
const yes: Person = { answer: { approved: true }, when: "later", atMs: 0 };
const absent: Person = { ...yes, when: "never" };

const scenario = (nodes: readonly ChildNode[], more: Partial<Scenario> = {}, settings: Fields = {}): Scenario => ({
  blueprint: { name: "w", nodes, settings } as never,
  workflows: [],
  people: {},
  comparable: true,
  faultPlan: noFaults,
  ...more,
});

/** One per thing that can go wrong in a way of its own. */
export const twelveWorkflows: Readonly<Record<string, Scenario>> = {
  "a chain": scenario([effect("a"), reading("b", "a"), reading("c", "b")]),
  "a diamond": scenario([effect("a"), reading("b", "a"), reading("c", "a"), effect("d", after("b", "c"))]),
  "retries of every kind of tool": scenario(
    ["effect", "repeatable", "pure"].map((toolName) => effect(`${toolName}1`, { toolName, ...retries })),
  ),
  "failures that are absorbed": scenario([
    effect("a", { toolArgs: { v: 1, ms: 1, fail: true }, onError: { output: { v: 9 } } }),
    effect("b", { toolArgs: { v: 1, ms: 1, fail: true }, onError: "skip" }),
    effect("c", { ...after("a", "b"), join: "ended" }),
  ]),
  "failures that are not": scenario([
    effect("a", { toolArgs: { v: 1, ms: 1, fail: true } }),
    effect("b", after("a")),
    effect("c", { ...after("b"), join: "ended" }),
    effect("d"),
  ]),
  "a loop in turn": scenario([
    node("l", "loop", { itemsSource: "range(3)", body: [effect("x", { toolArgs: { v: "{{ item }}", ms: 2 } })] }),
    effect("z", after("l")),
  ]),
  "a parallel loop with failing items": scenario([
    node("l", "loop", {
      itemsSource: "range(3)",
      parallel: true,
      maxConcurrency: 2,
      onItemError: "collect",
      body: [effect("x"), effect("y", { ...after("x"), when: "item != 1", toolArgs: { v: 1, ms: 1, fail: true } })],
    }),
  ]),
  "a container that is tried again": scenario(
    [
      node("p", "parallel", {
        branches: [[effect("x")], [effect("y", { toolArgs: { v: 1, ms: 8, failures: 1 } })]],
        ...retries,
      }),
      effect("z", after("p")),
    ],
    { comparable: false },
  ),
  people: scenario(
    [
      ask("h"),
      ask("late", { timeoutSeconds: 0.03, onTimeout: "reject" }),
      ask("boss", { timeoutSeconds: 0.03, onTimeout: { escalateTo: "boss", timeoutSeconds: 1 }, onError: "skip" }),
      effect("z", { ...after("h", "late", "boss"), join: "ended" }),
    ],
    { people: { h: yes, late: absent, boss: absent } },
  ),
  "sub-workflows in a recursion": scenario(
    [node("r", "recursive", { workflowRef: "child", inputs: {}, convergenceCondition: "iteration >= 1" })],
    {
      workflows: [{ name: "child", nodes: [effect("c"), ask("h", after("c")), reading("d", "c")] }],
      people: { h: yes },
    },
  ),
  "a monitor that pauses": scenario([
    node("m", "monitor", {
      metricExpression: "metrics.nodesCompleted >= 1",
      actionOnTrigger: "pause",
      alertChannels: [],
      checkIntervalSeconds: 1,
    }),
    effect("a"),
    reading("b", "a"),
    reading("c", "b"),
  ]),
  "a budget and a policy that halts": scenario(
    [effect("a"), reading("b", "a"), reading("c", "b"), effect("d", { ...after("c"), join: "ended" })],
    { comparable: false },
    { budget: { toolCalls: 2 }, failurePolicy: "halt" },
  ),
};
