import { seededRandom } from "@ice/testing";

type Node = Readonly<Record<string, unknown>> & { readonly id: string };

const effect = (id: string, dependencies: readonly string[], more: object = {}): Node => ({
  id,
  type: "tool",
  toolName: "effect",
  toolArgs: { ms: 2 },
  dependencies,
  ...more,
});

/** 50 nodes with external effects: a random DAG with retries and an approval in the middle. The same for the same seed. */
export function randomBlueprint(seed: number): { readonly name: string; readonly nodes: readonly Node[] } {
  const random = seededRandom(seed);
  const nodes: Node[] = [];
  for (let index = 0; index < 49; index += 1) {
    const before = Array.from({ length: Math.min(index, 3) }, () => nodes[Math.floor(random() * index)]!.id);
    const flaky = index % 7 === 3;
    nodes.push(
      effect(`n${index}`, [...new Set(before)], {
        ...(flaky && {
          toolArgs: { ms: 1, failures: 1 },
          retryPolicy: { maxAttempts: 50, backoffSeconds: 0.01, backoffStrategy: "fixed" },
        }),
      }),
    );
    if (index === 24)
      nodes.push({
        id: "approve",
        type: "human",
        promptMessage: "Go on?",
        approvalType: "approval",
        dependencies: ["n24"],
      });
  }
  // Everything in the second half waits for the person, directly or not.
  const second = nodes.findIndex(({ id }) => id === "approve") + 1;
  return {
    name: "crash",
    nodes: nodes.map((node, at) =>
      at < second || at > second + 3
        ? node
        : { ...node, dependencies: [...(node["dependencies"] as string[]), "approve"] },
    ),
  };
}

/** A chain of effects, for crashes at exact points. */
export const chain = {
  name: "chain",
  nodes: [effect("a", []), effect("b", ["a"]), effect("c", ["b"])],
};

/** Two slow effects, one after the other. */
export const slow = {
  name: "slow",
  nodes: [effect("a", [], { toolArgs: { ms: 400 } }), effect("b", ["a"], { toolArgs: { ms: 1 } })],
};

/** Six short steps. */
export const short = {
  name: "short",
  nodes: Array.from({ length: 6 }, (_, index) =>
    effect(`n${index}`, index === 0 ? [] : [`n${index - 1}`], { toolArgs: { ms: 1 } }),
  ),
};
