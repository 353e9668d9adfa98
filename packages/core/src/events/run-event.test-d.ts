import { createRuntime, definePlugin, type NodeActivation, type RunEvent } from "../index.ts";

// A plugin declares its events; from outside it says `declare module "@ice/core"`.
declare module "../index.ts" {
  interface RunEventMap {
    "acme.orderPlaced": { readonly orderId: string; readonly total?: number };
  }
}

const { events } = createRuntime();
declare const anyType: string;

// What fits compiles.
events.on("node.completed", ({ path, nodeType, data }) => [path.length, nodeType.length, data.durationMs.toFixed(1)]);
events.on("node.failed", ({ data }) => data.error.code.toLowerCase());
events.on("swarm.roundCompleted", ({ data }) => data.proposals?.map(({ role, votes }) => [role, votes]));
events.on("agent.stepCompleted", ({ data }) => [data.step.toFixed(), data["tool"]]);
events.on("acme.orderPlaced", ({ path, data }) => [path.length, data.orderId.length]);
events.on("other.thing", ({ type, data }) => [type.length, data["anything"]]);
events.on(anyType, (event) => event.type === "node.failed" && event.data.error.message);
events.on("*", (event) => event.type === "budget.exceeded" && event.data.limit.toFixed());

// A switch narrows, also on what was destructured; what is left may be an event of a plugin.
export function describe({ type, path, data }: RunEvent): string {
  switch (type) {
    case "node.completed":
      return `${path} ${data.durationMs.toFixed()}`;
    case "node.failed":
    case "network.workflowFailed":
    case "workflow.failed":
      return data.error.message;
    case "acme.orderPlaced":
      return data.orderId;
    default:
      return `${type} ${path ?? ""}`;
  }
}
export const isOfNetwork = ({ type }: RunEvent): boolean => type.startsWith("network.");

// @ts-expect-error there is no such event of ice
events.on("node.complete", () => {});
// @ts-expect-error there is no such field
events.on("node.completed", ({ data }) => data.output);
// @ts-expect-error a type of event has to be compared before its data is read
events.on("*", ({ data }) => data.durationMs);
// @ts-expect-error there is no such event
export const isMisspelt = (event: RunEvent): boolean => event.type === "node.complete";
// @ts-expect-error an event of a run names no node
events.on("workflow.completed", ({ path }) => path.length);

definePlugin({
  name: "acme",
  apiVersion: 1,
  setup(host) {
    host.on("node.retryScheduled", ({ data }) => data.delayMs.toFixed());
    // @ts-expect-error there is no such event of ice
    host.on("tool.call", () => {});
  },
});

export function execute({ emit }: NodeActivation): void {
  emit("acme.orderPlaced", { orderId: "7" });
  emit("other.thing");
  emit("other.thing", { anything: [1] });
  emit("node.progressed", { percent: 50 });
  emit("tool.called", { tool: "echo" });
  // @ts-expect-error `orderId` is a string
  emit("acme.orderPlaced", { orderId: 7 });
  // @ts-expect-error its data is missing
  emit("acme.orderPlaced");
  // @ts-expect-error its data is missing
  emit("tool.called");
  // @ts-expect-error it has no field `name`
  emit("tool.called", { tool: "echo", name: "echo" });
  // @ts-expect-error the engine alone emits it
  emit("node.completed", { durationMs: 5 });
  // @ts-expect-error there is no such event of ice
  emit("tool.call", { tool: "echo" });
}
