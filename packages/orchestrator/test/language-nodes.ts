import type { NodeInput } from "@ice/core";

/** Nodes of the types that wait, choose, clean up and end; `more` are further fields. */
export const node = (id: string, type: string, fields: object): NodeInput => ({ id, type, ...fields }) as NodeInput;
export const wait = (id: string, fields: object): NodeInput => node(id, "wait", fields);
export const ask = (id: string, more: object = {}): NodeInput =>
  node(id, "human", { promptMessage: "?", approvalType: "approval", ...more });
export const choose = (id: string, cases: readonly object[], more: object = {}): NodeInput =>
  node(id, "switch", { cases, ...more });
export const scope = (id: string, body: readonly NodeInput[], more: object = {}): NodeInput =>
  node(id, "scope", { body, ...more });
export const end = (id: string, more: object = {}): NodeInput => node(id, "end", { status: "completed", ...more });
export const loop = (id: string, itemsSource: string, body: readonly NodeInput[], more: object = {}): NodeInput =>
  node(id, "loop", { itemsSource, body, ...more });
export const parallel = (id: string, branches: readonly (readonly NodeInput[])[], more: object = {}): NodeInput =>
  node(id, "parallel", { branches, ...more });
export const child = (id: string, workflowRef: string, more: object = {}): NodeInput =>
  node(id, "workflow", { workflowRef, ...more });
export const send = (id: string, name: string, args: object = {}, more: object = {}): NodeInput =>
  node(id, "tool", { toolName: "signal", toolArgs: { name, ...args }, ...more });

/** A blueprint that others call by its name. */
export const named = (name: string, nodes: readonly NodeInput[], more: object = {}) =>
  ({ schemaVersion: "ice/v1", name, nodes, ...more }) as never;
