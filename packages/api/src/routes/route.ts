import type { AccessScope, TenantServices } from "@ice/core";
import type { z } from "zod";
import type { RequestEnv } from "../options/api-options.ts";
import type { ProblemCode } from "../problem/status-of-code.ts";
import type { Caller } from "../request/authenticate.ts";
import type { Services } from "./services.ts";

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  /** Instead of `json`. */
  readonly text?: string;
  readonly stream?: ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that has passed the checks of its route. */
export interface OpenCall<Query = unknown, Body = unknown> {
  readonly services: Services;
  /** The parameters in the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly env: RequestEnv;
}

/** The same, of a caller with a token. */
export interface Call<Query = unknown, Body = unknown> extends OpenCall<Query, Body> {
  readonly caller: Caller;
  readonly tenant: TenantServices;
}

/** An answer as the OpenAPI document describes it. */
interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`, if there is a schema. */
  readonly type?: string;
}

/** Parts of a route that its handler does not need. */
interface RouteDescription<Query extends z.ZodObject, Body extends z.ZodType> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/v1/runs/{runId}`. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Query;
  /** Whether any query is allowed, which others than the route read. Default false. */
  readonly ignoresQuery?: boolean;
  /** Headers that it reads besides those of every request: name → what it means. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: it reads no body. */
  readonly body?: Body;
  /** Whether a request without a body is one with `{}`. Default false. */
  readonly bodyIsOptional?: boolean;
  /** Which limit holds for the body. Default `bodyBytes`. */
  readonly bodyLimit?: "bodyBytes" | "smallBodyBytes";
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** Codes of problems besides those of every route. */
  readonly problems?: readonly ProblemCode[];
}

/** A route. `scope`: what a token has to permit; `any`: any token; `none`: none is needed. */
export type Route = RouteDescription<z.ZodObject, z.ZodType> &
  (
    | { readonly scope: "none"; handle(call: OpenCall): Answer | Promise<Answer> }
    | { readonly scope: AccessScope | "any"; handle(call: Call): Answer | Promise<Answer> }
  );

/** Defines a route for callers with a token: what its handler receives follows from its schemas. */
export const defineRoute = <Query extends z.ZodObject = z.ZodObject<{}>, Body extends z.ZodType = z.ZodUndefined>(
  route: RouteDescription<Query, Body> & {
    readonly scope: AccessScope | "any";
    handle(call: Call<z.output<Query>, z.output<Body>>): Answer | Promise<Answer>;
  },
): Route => route;

/** Defines a route that needs no token. */
export const defineOpenRoute = <Query extends z.ZodObject = z.ZodObject<{}>, Body extends z.ZodType = z.ZodUndefined>(
  route: RouteDescription<Query, Body> & {
    handle(call: OpenCall<z.output<Query>, z.output<Body>>): Answer | Promise<Answer>;
  },
): Route => ({ ...route, scope: "none" });
