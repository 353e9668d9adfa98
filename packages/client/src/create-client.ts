import type { Issue, Principal } from "@ice/core";
import { HttpClient, type Call, type CallOptions } from "./http/http-client.ts";
import { createBlueprintsClient, type BlueprintsClient } from "./resources/blueprints.ts";
import { createDevClient, type DevClient } from "./resources/dev.ts";
import type { GivenBlueprint } from "./resources/given-blueprint.ts";
import { createRegistryClient, type RegistryClient } from "./resources/registry.ts";
import type { RunGraph } from "./resources/run-graph.ts";
import { createRunsClient, type RunsClient } from "./resources/runs.ts";
import { createTasksClient, type TasksClient } from "./resources/tasks.ts";

/** Options of `createClient`. */
export interface ClientOptions {
  /** Address of the server: `http://127.0.0.1:4747`. */
  readonly url: string;
  /** An access token: `ice tokens create`. A function is asked before each request, where the token changes. */
  readonly token: string | (() => string);
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
}

/** What is found out about a blueprint without running it. */
export interface Validation {
  /** Whether no issue is an error. */
  readonly valid: boolean;
  readonly issues: readonly Issue[];
  /** Present if it is valid. */
  readonly graph?: RunGraph;
}

/** What a server says of itself. */
export interface ServerInfo {
  readonly version: string;
  /** Whether it is `ice dev`. */
  readonly dev: boolean;
  /** The address of its store; only for the tenant `default`. */
  readonly store?: string;
}

/**
 * Calls a server. Every function rejects with an `IceApiError`, or with the reason of its signal. Requests that have the same effect
 * when they arrive twice are repeated up to three times after failures that pass: without an answer, 429, 502, 503 and 504.
 */
export interface Client {
  readonly runs: RunsClient;
  readonly tasks: TasksClient;
  readonly blueprints: BlueprintsClient;
  readonly registry: RegistryClient;
  readonly dev: DevClient;
  /** Checks a blueprint with the nodes, tools and workflows of the server. */
  validate(given: GivenBlueprint, options?: CallOptions): Promise<Validation>;
  /** Who the access token belongs to. */
  me(options?: CallOptions): Promise<Principal>;
  /** What the server is. */
  server(options?: CallOptions): Promise<ServerInfo>;
  /** Sends a request that has no function here, in the same way as all others, and reads the answer. */
  request<Body>(call: Call): Promise<Body>;
}

/** Creates a client of the API that `ice serve` or `@ice/api` serve. It works in browsers and in Node, and keeps nothing open. */
export function createClient({ url, token, fetch = globalThis.fetch }: ClientOptions): Client {
  // In a browser the global one must not be called as a method of something else.
  const http = new HttpClient({ url, token, fetch: (...call) => fetch(...call), random: Math.random });
  return {
    runs: createRunsClient(http),
    tasks: createTasksClient(http),
    blueprints: createBlueprintsClient(http),
    registry: createRegistryClient(http),
    dev: createDevClient(http),
    async validate(given, { signal } = {}) {
      const call = { method: "POST", path: ["validate"], body: given, isRepeatable: true, signal } as const;
      return (await http.send<Validation>(call)).body;
    },
    async me({ signal } = {}) {
      return (await http.send<Principal>({ path: ["me"], signal })).body;
    },
    async server({ signal } = {}) {
      return (await http.send<ServerInfo>({ path: ["server"], signal })).body;
    },
    request: async <Body>(call: Call) => (await http.send<Body>(call)).body,
  };
}
