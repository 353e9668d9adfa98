import type { Route } from "../../src/routes/route.ts";
import { routes } from "../../src/routes/routes.ts";
import { blueprint, echo } from "../serve.ts";

/** A request that a route answers, and the answer. Attacks change one thing of it. */
export interface RouteCase {
  /** `GET /v1/runs/{runId}`. */
  readonly name: string;
  readonly method: string;
  readonly pattern: string;
  /** With `{task}` for the token of an open request. */
  readonly path: string;
  readonly status: number;
  readonly scope: Route["scope"];
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer to a caller of another tenant: a code, or the name of the list that is empty for it. Absent: that of any caller. */
  readonly foreign?: string;
}

const greeting = { workflow: "greet", inputs: { who: "kim" } };
const stored = { blueprint: blueprint([echo("a")], { name: "kept" }) };
const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
const ofMcp = { accept: "application/json, text/event-stream" };

type Given = Omit<RouteCase, "name" | "method" | "pattern" | "scope" | "status"> & { readonly status?: number };

/** `asks` is a run that waits for an answer, `done` one that has ended, `kept` a stored blueprint: all of the tenant `default`. */
const given: Readonly<Record<string, Given>> = {
  "GET /livez": { path: "/livez" },
  "GET /readyz": { path: "/readyz" },
  "GET /metrics": { path: "/metrics" },
  "GET /openapi.json": { path: "/openapi.json" },
  "GET /v1/me": { path: "/v1/me" },
  "GET /v1/server": { path: "/v1/server" },
  "POST /v1/session": { path: "/v1/session", json: { once: "wrong" }, status: 401 },
  "POST /v1/validate": { path: "/v1/validate", json: stored },
  "GET /v1/blueprints": { path: "/v1/blueprints", foreign: "blueprints" },
  "POST /v1/blueprints": { path: "/v1/blueprints", json: stored, status: 409 },
  "GET /v1/blueprints/{name}": { path: "/v1/blueprints/kept", foreign: "ICE_BLUEPRINT_NOT_FOUND" },
  "PUT /v1/blueprints/{name}": {
    path: "/v1/blueprints/kept",
    json: stored,
    headers: { "if-match": '"another"' },
    status: 412,
    foreign: "ICE_BLUEPRINT_NOT_FOUND",
  },
  "DELETE /v1/blueprints/{name}": {
    path: "/v1/blueprints/kept",
    headers: { "if-match": '"another"' },
    status: 412,
    foreign: "ICE_BLUEPRINT_NOT_FOUND",
  },
  "GET /v1/blueprints/{name}/revisions": {
    path: "/v1/blueprints/kept/revisions",
    foreign: "ICE_BLUEPRINT_NOT_FOUND",
  },
  "GET /v1/blueprints/{name}/graph": { path: "/v1/blueprints/kept/graph", foreign: "ICE_BLUEPRINT_NOT_FOUND" },
  "GET /v1/runs": { path: "/v1/runs", foreign: "runs" },
  "POST /v1/runs": { path: "/v1/runs", json: greeting, status: 202 },
  "GET /v1/runs/{runId}": { path: "/v1/runs/asks", foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/blueprint": { path: "/v1/runs/asks/blueprint", foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/explain": { path: "/v1/runs/asks/explain", foreign: "ICE_RUN_NOT_FOUND" },
  "POST /v1/runs/{runId}/cancel": { path: "/v1/runs/done/cancel", json: {}, foreign: "ICE_RUN_NOT_FOUND" },
  "POST /v1/runs/{runId}/resume": { path: "/v1/runs/done/resume", json: {}, foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/nodes": { path: "/v1/runs/asks/nodes", foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/nodes/{path}": { path: "/v1/runs/asks/nodes/ask", foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/graph": { path: "/v1/runs/asks/graph", foreign: "ICE_RUN_NOT_FOUND" },
  "GET /v1/runs/{runId}/events": { path: "/v1/runs/done/events", foreign: "ICE_RUN_NOT_FOUND" },
  "POST /v1/runs/{runId}/signals/{name}": {
    path: "/v1/runs/asks/signals/paid",
    json: { payload: 1, id: "one" },
    status: 202,
    foreign: "ICE_RUN_NOT_FOUND",
  },
  "GET /v1/tasks": { path: "/v1/tasks", foreign: "tasks" },
  "POST /v1/tasks/{token}": {
    path: "/v1/tasks/{task}",
    json: { choice: "neither" },
    status: 422,
    foreign: "ICE_TOKEN_INVALID",
  },
  "GET /v1/node-types": { path: "/v1/node-types" },
  "GET /v1/node-types/{type}": { path: "/v1/node-types/tool" },
  "GET /v1/tools": { path: "/v1/tools" },
  "GET /v1/agents": { path: "/v1/agents" },
  "GET /v1/channels": { path: "/v1/channels" },
  "GET /v1/schedules": { path: "/v1/schedules", foreign: "schedules" },
  "GET /v1/workflows": { path: "/v1/workflows" },
  "GET /v1/workflows/{name}": { path: "/v1/workflows/kept", foreign: "ICE_WORKFLOW_UNKNOWN" },
  "GET /v1/workflows/{name}/graph": { path: "/v1/workflows/kept/graph", foreign: "ICE_WORKFLOW_UNKNOWN" },
  "GET /v1/dev/files": { path: "/v1/dev/files", status: 404 },
  "GET /v1/dev/files/{file}": { path: "/v1/dev/files/page.yaml", status: 404 },
  "POST /mcp": { path: "/mcp", json: ping, headers: ofMcp },
};

/** The cases of all routes. @throws if a route has none. */
export const routeCases: readonly RouteCase[] = routes.map(({ method, path: pattern, scope }) => {
  const name = `${method} ${pattern}`;
  const one = given[name];
  if (one === undefined) throw new Error(`the attacks know no request of ${name}`);
  return { status: 200, ...one, name, method, pattern, scope };
});

/** Those that read a body. */
export const casesWithBody = routeCases.filter(({ json }) => json !== undefined);

/** Those that want a token. */
export const closedCases = routeCases.filter(({ scope }) => scope !== "none");
