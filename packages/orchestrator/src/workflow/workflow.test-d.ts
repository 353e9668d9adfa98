import { defineNode, type NodeInput } from "@ice/core";
import { z } from "zod";
import { Workflow } from "./workflow.ts";

const make = (...given: ConstructorParameters<typeof Workflow>): Workflow => new Workflow(...given);

const nodes: readonly NodeInput[] = [
  { id: "a", type: "tool", toolName: "echo", toolArgs: { msg: "hi" } },
  { id: "b", type: "loop", itemsSource: "a.rows", body: [{ id: "c", type: "tool", toolName: "echo" }] },
  { id: "d", type: "human", promptMessage: "Go?", approvalType: "approval" },
];
make(nodes, { name: "typed" });

// @ts-expect-error there is no node type `tol`
make([{ id: "a", type: "tol", toolName: "echo" }], { name: "w" });
// @ts-expect-error a tool node has no field `tool`
make([{ id: "a", type: "tool", toolName: "echo", tool: "echo" }], { name: "w" });
// @ts-expect-error `toolName` is missing
make([{ id: "a", type: "tool" }], { name: "w" });
// @ts-expect-error a loop has a body
make([{ id: "a", type: "loop", itemsSource: "[1]" }], { name: "w" });
// @ts-expect-error there is no such strategy
make([{ id: "a", type: "swarm", agents: [], task: "t", coordinationStrategy: "vote" }], { name: "w" });
// @ts-expect-error a workflow has a name
make(nodes, {});

const shelf = defineNode({ type: "shelf", config: z.object({ width: z.number() }) });
declare module "@ice/core" {
  interface NodeTypeMap {
    shelf: typeof shelf;
  }
}
make([{ id: "a", type: "shelf", width: 3 }], { name: "w" });
// @ts-expect-error `width` is a number
make([{ id: "a", type: "shelf", width: [] }], { name: "w" });
