import { expect, test } from "vitest";
import { createRuntime } from "../runtime/runtime.ts";
import { analyzeNetwork } from "./analyze-network.ts";

const loader = {
  locate: (ref: string) => ref,
  load: (ref: string) => ({ ok: true as const, data: { schemaVersion: "ice/v1", name: "w", nodes: [] }, base: ref }),
};

/** Where something is wrong with a network, what, and what to do. */
function issuesOf(workflows: readonly object[], maxNodes = 100): unknown {
  const context = { runtime: createRuntime(), loader: loader as never, base: "/net.yaml", limits: { maxNodes } };
  const { issues } = analyzeNetwork({ schemaVersion: "ice-network/v1", name: "n", workflows }, context);
  return issues.filter(({ path }) => !path.endsWith("/ref")).map(({ path, message, fix }) => [path, message, fix]);
}

const workflow = (id: string, ...after: string[]) => ({ id, ref: "./w.yaml", after });

test("issues of nodes use the terms of networks, and point into the manifest", () => {
  expect(issuesOf([workflow("a"), workflow("a")])).toEqual([
    ["/workflows/1/id", 'the id "a" is already used by the workflow at /workflows/0', "give one of the two another id"],
  ]);
  expect(issuesOf([workflow("a"), workflow("b", "c"), workflow("c", "b")])).toEqual([
    ["/workflows/1", "these workflows wait for each other: b → c → b", "remove one of the entries of `after`"],
  ]);
  expect(issuesOf([workflow("a"), workflow("b"), workflow("c")], 2)).toEqual([
    ["/workflows/2", "the network has more than 2 workflows", expect.stringContaining("use sub-workflows")],
  ]);
  expect(issuesOf([workflow("a"), workflow("b", ...Array.from({ length: 100_001 }, () => "a"))])).toEqual([
    ["/workflows/1", "`after` has more than 100000 entries", expect.stringContaining("shorten the list")],
  ]);
});
