import type { JsonObject, ScheduleInfo, ToolDescription } from "@ice/core";
import type { CallOptions, HttpClient } from "../http/http-client.ts";
import type { RunGraph } from "./run-graph.ts";

/** A type of nodes. */
export interface NodeTypeInfo {
  readonly type: string;
  readonly description: string;
  /** JSON Schema of its nodes. */
  readonly schema: JsonObject;
}

/** An agent. */
export interface AgentInfo {
  readonly name: string;
  readonly description?: string;
  readonly tools?: readonly string[];
  readonly model?: string;
}

/** A workflow that can be run by its name. */
export interface WorkflowInfo {
  readonly name: string;
  readonly version: string;
  /** `file`: `ice dev` runs it as it is edited. */
  readonly source: "registered" | "stored" | "file";
  readonly description?: string;
  /** JSON Schema of its inputs; only of a registered one. */
  readonly inputs?: JsonObject;
  /** The current revision; only of a stored one. */
  readonly revision?: number;
  /** When and by whom the current revision was stored. */
  readonly createdAt?: number;
  readonly createdBy?: string;
}

/** What a run of a name would begin with now. */
export interface NamedWorkflow {
  readonly name: string;
  readonly version: string;
  readonly blueprint: JsonObject;
}

/** A channel for alerts. */
export interface ChannelInfo {
  readonly name: string;
}

/** What is registered at the server. */
export interface RegistryClient {
  nodeTypes(options?: CallOptions): Promise<readonly NodeTypeInfo[]>;
  nodeType(type: string, options?: CallOptions): Promise<NodeTypeInfo>;
  tools(options?: CallOptions): Promise<readonly ToolDescription[]>;
  agents(options?: CallOptions): Promise<readonly AgentInfo[]>;
  /** Registered and stored ones. */
  workflows(options?: CallOptions): Promise<readonly WorkflowInfo[]>;
  /** A workflow with its blueprint, by `name` or `name@version`. */
  workflow(ref: string, options?: CallOptions): Promise<NamedWorkflow>;
  /** The graph of a workflow, by `name` or `name@version`, as a run of it would begin now. */
  workflowGraph(ref: string, options?: CallOptions): Promise<RunGraph>;
  channels(options?: CallOptions): Promise<readonly ChannelInfo[]>;
  schedules(options?: CallOptions): Promise<readonly ScheduleInfo[]>;
}

/** @param http - of the server. */
export function createRegistryClient(http: HttpClient): RegistryClient {
  const list =
    <Entry>(path: string, name: string) =>
    async ({ signal }: CallOptions = {}): Promise<readonly Entry[]> =>
      (await http.send<Readonly<Record<string, readonly Entry[]>>>({ path: [path], signal })).body[name] ?? [];
  return {
    nodeTypes: list("node-types", "nodeTypes"),
    nodeType: async (type, { signal } = {}) =>
      (await http.send<NodeTypeInfo>({ path: ["node-types", type], signal })).body,
    tools: list("tools", "tools"),
    agents: list("agents", "agents"),
    workflows: list("workflows", "workflows"),
    workflow: async (ref, { signal } = {}) =>
      (await http.send<NamedWorkflow>({ path: ["workflows", ref], signal })).body,
    workflowGraph: async (ref, { signal } = {}) =>
      (await http.send<RunGraph>({ path: ["workflows", ref, "graph"], signal })).body,
    channels: list("channels", "channels"),
    schedules: list("schedules", "schedules"),
  };
}
