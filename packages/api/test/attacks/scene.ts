import { accessScopes } from "@ice/core";
import { ask, blueprint, greet, serve, type Answer, type Sent, type Served, type ServeOptions } from "../serve.ts";
import type { RouteCase } from "./routes.ts";

/** A server whose tenant `default` has what the attackers want. */
export interface Scene extends Served {
  /** The token of the open request of the run `asks`. */
  readonly task: string;
  /** A token with every scope of the tenant `other`. */
  readonly foreign: string;
  /** Sends the request of a case, with changes. */
  attack(one: RouteCase, sent?: Sent & { readonly path?: string }): Promise<Answer>;
}

/** Bytes of a body. */
export const sizes = { bodyBytes: 4096, smallBodyBytes: 1024 };

/** Starts the server. No limit of requests is met before a case wants it. */
export async function openScene({ limits, ...options }: ServeOptions = {}): Promise<Scene> {
  const served = await serve({
    workflows: [greet],
    limits: { ...sizes, requestsPerSecond: 1e6, burst: 1e6, wrongTokensPerMinute: 1e6, ...limits },
    ...options,
  });
  const asks = blueprint([ask("ask", { approvalType: "choice", choices: ["red", "blue"] })], { name: "asking" });
  await served.send("/v1/runs?wait=20", { json: { blueprint: asks, runId: "asks" } });
  await served.send("/v1/runs?wait=20", { json: { workflow: "greet", inputs: { who: "kim" }, runId: "done" } });
  await served.send("/v1/blueprints", { json: { blueprint: { ...blueprint([ask()]), name: "kept" } } });
  const { tasks } = (await served.send("/v1/tasks?runId=asks")).json() as { tasks: { token: string }[] };
  const task = tasks[0]!.token;
  const foreign = await served.tokenFor("eve", accessScopes, "other");
  return {
    ...served,
    task,
    foreign,
    attack: ({ method, path, json, headers }, { path: given = path, ...sent } = {}) =>
      served.send(given.replace("{task}", task), {
        method,
        ...(json !== undefined && sent.body === undefined && { json }),
        ...sent,
        headers: { ...headers, ...sent.headers },
      }),
  };
}

/** The status and the code of a problem. */
export const problemOf = ({ status, json }: Answer): readonly [number, unknown] => [status, json()["code"]];
