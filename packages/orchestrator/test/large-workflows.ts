import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import { describe, expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";

/** Declares the tests of workflows with so many nodes. */
export function describeLargeWorkflows(size: number): void {
  describe(`of ${size}`, { timeout: 60_000 }, () => {
    test("a chain of nodes finishes without stack overflow", async () => {
      await big(
        Array.from({ length: size }, (_, index) => noop(index, index === 0 ? [] : [index - 1])),
        ({ status, nodes }) => {
          expect([status, Object.keys(nodes).length]).toEqual(["completed", size]);
        },
      );
    });

    test("a chain of skipped nodes finishes without stack overflow", async () => {
      const nodes = Array.from(
        { length: size },
        (_, index) =>
          ({ ...noop(index, index === 0 ? [] : [index - 1]), ...(index === 0 ? { when: "false" } : {}) }) as NodeInput,
      );
      await big(nodes, (result) =>
        expect(result.nodes[`n${size - 1}`]).toMatchObject({ skipReason: "dependencySkipped" }),
      );
    });

    test("a fan into one node finishes", async () => {
      const fan = Array.from({ length: size }, (_, index) => noop(index, index === 0 ? [] : [0]));
      await big(
        [
          ...fan,
          noop(
            size,
            Array.from({ length: size - 1 }, (_, index) => index + 1),
          ),
        ],
        ({ status }) => expect(status).toBe("completed"),
      );
    });

    test("a loop finishes, in turn and together", async () => {
      for (const parallel of [false, true]) {
        const runtime = createRuntime();
        registerNode("noop", async () => null, { runtime });
        const { close } = await initializeOrchestrator({ runtime });
        const loop = {
          id: "l",
          type: "loop",
          itemsSource: "inputs.items",
          parallel,
          maxIterations: size,
          body: [{ id: "n", type: "noop" }],
        } as never;
        const { output, status } = await new Workflow([loop], { name: "big", runtime }).execute({
          items: Array.from({ length: size }, (_, index) => index),
        });
        expect([status, (output["l"] as unknown[]).length]).toEqual(["completed", size]);
        await close();
      }
    });
  });
}

const big = async (nodes: NodeInput[], check: (result: Awaited<ReturnType<Workflow["execute"]>>) => void) => {
  const runtime = createRuntime();
  registerNode("noop", async () => null, { runtime });
  const { close } = await initializeOrchestrator({ runtime, limits: { maxNodes: 1_000_000 } });
  check(await new Workflow(nodes, { name: "big", runtime }).execute());
  await close();
};
const noop = (index: number, before: number[]): NodeInput =>
  ({ id: `n${index}`, type: "noop", dependencies: before.map((at) => `n${at}`) }) as never;
