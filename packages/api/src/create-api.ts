import { randomUUID } from "node:crypto";
import { AccessTokens, BlueprintReader, IceError, RunHost, Tenants, type Principal, type Runtime } from "@ice/core";
import { z } from "zod";
import { EventStreams } from "./events/event-streams.ts";
import { McpEndpoint } from "./mcp/mcp-endpoint.ts";
import { ApiMetrics } from "./metrics/api-metrics.ts";
import { openApiDocument, type OpenApiDocument } from "./openapi/openapi-document.ts";
import { defaultApiLimits, type ApiOptions, type RequestEnv } from "./options/api-options.ts";
import { readPageFiles, type PageFiles } from "./page/page-files.ts";
import { failureLine, problemOf } from "./problem/problem.ts";
import { Authentication, requireScope } from "./request/authenticate.ts";
import { checkHost, hostNames } from "./request/check-host.ts";
import { checkOrigin } from "./request/check-origin.ts";
import { checkBodyHeaders, discardBody, readBody } from "./request/read-body.ts";
import { readJsonObject } from "./request/read-json-object.ts";
import { readQuery, readShape } from "./request/read-shape.ts";
import { Sessions } from "./request/sessions.ts";
import { RouteTable, type FoundRoute } from "./routes/find-route.ts";
import { pageRoutes, unknownPage } from "./routes/page.ts";
import type { Answer, OpenCall } from "./routes/route.ts";
import { routes } from "./routes/routes.ts";
import type { Services } from "./routes/services.ts";

/** The HTTP API of a runtime. */
export interface Api {
  /** Answers a request. Never rejects. */
  fetch(request: Request, env?: RequestEnv): Promise<Response>;
  /**
   * Creates the secret of a link to the page, `URL/#once=SECRET`: the one who sends it first within ten minutes gets a session with
   * every scope of the tenant `default`. Show it to the owner of the server alone.
   */
  createLinkSecret(): string;
  /** Ends the streams of events after the last event, and the calls of MCP clients, whose runs go on. Other requests are answered as before. */
  endStreams(): void;
  /** Ends the streams and stops measuring. */
  close(): void;
}

/**
 * Creates the HTTP API of a runtime: runs, their events, what they ask, stored blueprints and the registries.
 *
 * @param runtime - of an orchestrator that has started.
 * @throws IceError `ICE_SERVICE_MISSING`, `ICE_TOOL_UNKNOWN` (a tool of `mcp.tools`); an error of the file system if `assets` cannot be read.
 */
export function createApi(runtime: Runtime, options: ApiOptions = {}): Api {
  return new RuntimeApi(runtime, options);
}

const securityHeaders = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

class RuntimeApi implements Api {
  readonly #services: Services;
  readonly #authentication: Authentication;
  readonly #routes: RouteTable;
  readonly #page: PageFiles | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #report: (line: string) => void;
  readonly #ending = new AbortController();
  #document: OpenApiDocument | undefined;

  constructor(runtime: Runtime, options: ApiOptions) {
    const { now = Date.now, report = (line) => console.error(line), version = "0.0.0" } = options;
    const limits = { ...defaultApiLimits, ...options.limits };
    const host = runtime.use(RunHost);
    const streams = new EventStreams({ runtime, limits, now, onStalled: () => metrics.streamsStalled.add() });
    const metrics = new ApiMetrics(runtime, { activeRuns: () => host.active, streams: () => streams.size });
    const tokens = runtime.use(AccessTokens);
    const { tools: mcpTools = [] } = options.mcp ?? {};
    for (const name of mcpTools) runtime.tools.require(name);
    const sessions = new Sessions(now);
    const verify = async (token: string): Promise<Principal | undefined> =>
      sessions.verify(token) ?? (await tokens.verify(token));
    this.#authentication = new Authentication({ verify }, limits, now);
    this.#page = options.assets === undefined ? undefined : readPageFiles(options.assets);
    this.#routes = new RouteTable(this.#page === undefined ? routes : [...routes, ...pageRoutes(this.#page)]);
    this.#services = {
      runtime,
      tenants: runtime.use(Tenants),
      tokens,
      authentication: this.#authentication,
      sessions,
      host,
      reader: runtime.tryUse(BlueprintReader),
      dev: options.dev,
      ending: this.#ending.signal,
      streams,
      metrics,
      mcp: new McpEndpoint({ all: limits.streams, perCaller: limits.streamsPerToken }),
      mcpTools,
      limits,
      version,
      storeAddress: options.storeAddress,
      report,
      now,
      openApi: () => (this.#document ??= openApiDocument(routes, { runtime, version })),
    };
    this.#hosts = hostNames(options.allowedHosts);
    this.#origins = new Set(options.allowedOrigins);
    this.#report = report;
  }

  async fetch(request: Request, env: RequestEnv = {}): Promise<Response> {
    const requestId = randomUUID();
    const begun = performance.now();
    const met: { route?: string } = {};
    let response: Response;
    try {
      response = toResponse(await this.#answer(request, env, met), { request, requestId });
    } catch (error) {
      await discardBody(request);
      const { problem, headers, isFailure } = problemOf(error, requestId);
      if (isFailure) this.#report(failureLine(error, requestId));
      const type = { "content-type": "application/problem+json" };
      const answer = { status: problem.status, text: JSON.stringify(problem), headers: { ...headers, ...type } };
      response = toResponse(answer, { request, requestId });
    }
    const { method } = request;
    const ms = performance.now() - begun;
    this.#services.metrics.countRequest(met.route ?? "none", {
      method: knownMethod(method),
      status: response.status,
      ms,
    });
    return response;
  }

  createLinkSecret(): string {
    return this.#services.sessions.createSecret();
  }

  endStreams(): void {
    this.#ending.abort();
    this.#services.streams.end();
    this.#services.mcp.endCalls();
  }

  close(): void {
    this.endStreams();
    this.#services.metrics.close();
  }

  /** The order of the checks is part of the API: an earlier one hides what a later one would reveal. */
  async #answer(request: Request, env: RequestEnv, met: { route?: string }): Promise<Answer> {
    const { headers } = request;
    const url = new URL(request.url);
    const hosts = env.hosts ?? [headers.get("host") ?? url.host];
    const host = checkHost(hosts, env.target ?? url.pathname, this.#hosts);
    checkOrigin(headers.get("origin"), host, this.#origins);
    const found = this.#find(request, url);
    if ("status" in found) return found;
    const { route } = found;
    met.route = route.path;
    const open = { services: this.#services, params: found.params, headers, signal: request.signal, env };
    if (route.scope === "none") return route.handle({ ...open, ...(await this.#read(request, url, found)) });
    const caller = await this.#authentication.identify(headers.get("authorization"), env.address ?? "");
    this.#authentication.count(caller);
    if (route.scope !== "any") requireScope(caller.principal, route.scope);
    const tenant = this.#services.tenants.of(caller.principal.tenant);
    return route.handle({ ...open, ...(await this.#read(request, url, found)), caller, tenant });
  }

  /** The route of a request, or the page for an address that it does not have. */
  #find(request: Request, { pathname }: URL): FoundRoute | Answer {
    try {
      return this.#routes.find(request.method, pathname);
    } catch (error) {
      const isUnknown = this.#page !== undefined && IceError.is(error) && error.code === "ICE_ROUTE_NOT_FOUND";
      const answer = isUnknown ? unknownPage(this.#page, request) : undefined;
      if (answer === undefined) throw error;
      return answer;
    }
  }

  async #read(request: Request, url: URL, { route }: FoundRoute): Promise<Pick<OpenCall, "query" | "body">> {
    const query = route.ignoresQuery === true ? {} : readQuery(route.query ?? noQuery, url.searchParams);
    if (route.body === undefined) return { query, body: undefined };
    const maxBytes = this.#services.limits[route.bodyLimit ?? "bodyBytes"];
    checkBodyHeaders(request.headers, maxBytes);
    const bytes = await readBody(request, maxBytes);
    const object = bytes.byteLength === 0 && route.bodyIsOptional === true ? {} : await readJsonObject(bytes);
    return { query, body: readShape(route.body, object) };
  }
}

const noQuery = z.strictObject({});

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** As a label of a metric, which no client chooses. */
const knownMethod = (method: string): string => (methods.has(method) ? method : "other");

function toResponse(
  { status, json, text, stream, headers = {} }: Answer,
  { request, requestId }: { readonly request: Request; readonly requestId: string },
): Response {
  const own = new Headers({ ...securityHeaders, "x-request-id": requestId, ...headers });
  if (json !== undefined && !own.has("content-type")) own.set("content-type", "application/json");
  if (request.method === "HEAD") {
    void stream?.cancel();
    return new Response(null, { status, headers: own });
  }
  if (stream !== undefined) return new Response(stream, { status, headers: own });
  const body = json === undefined ? (text ?? null) : JSON.stringify(json);
  return new Response(body, { status, headers: own });
}
