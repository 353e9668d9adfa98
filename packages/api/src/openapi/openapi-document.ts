import { createHash } from "node:crypto";
import { blueprintJsonSchema, type JsonObject, type Runtime } from "@ice/core";
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { problemSchema } from "../problem/problem.ts";
import { statusOfCode, type ProblemCode } from "../problem/status-of-code.ts";
import type { Route } from "../routes/route.ts";

/** The document as JSON, and its entity tag. */
export interface OpenApiDocument {
  readonly text: string;
  readonly tag: string;
}

/** The OpenAPI document of the routes, made of the schemas that parse the requests. */
export function openApiDocument(
  routes: readonly Route[],
  { runtime, version }: { readonly runtime: Runtime; readonly version: string },
): OpenApiDocument {
  const document = createDocument({
    openapi: "3.1.0",
    info: { title: "ice", version, description: "Starts workflows, shows their runs, and answers what they ask." },
    security: [{ bearer: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "A token of `ice tokens create`." } },
      schemas: { Problem: problemSchema },
    },
  });
  const schemas = { ...document.components?.schemas, ...blueprintSchemas(runtime) };
  const text = JSON.stringify({ ...document, components: { ...document.components, schemas } });
  return { text, tag: `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"` };
}

function pathsOf(routes: readonly Route[]): Record<string, Record<string, ZodOpenApiOperationObject>> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operationOf(route);
  }
  return paths;
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { summary, scope, query, headers, body, method, path } = route;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const params = Object.fromEntries(names.map((name) => [name, z.string()]));
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(scope === "none" ? { security: [] } : {}),
    ...(scope === "none" || scope === "any" ? {} : { description: `Takes a token with the scope \`${scope}\`.` }),
    "x-scope": scope,
    requestParams: {
      ...(names.length === 0 ? {} : { path: z.object(params) }),
      ...(query === undefined ? {} : { query: z.object(query.shape) }),
      ...(headers === undefined ? {} : { header: headersOf(headers) }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: route.bodyIsOptional !== true,
            content: { "application/json": { schema: body } },
          },
        }),
    responses: responsesOf(route),
  };
}

const headersOf = (headers: Readonly<Record<string, string>>): z.ZodObject =>
  z.object(mapValues(headers, (description) => z.string().optional().meta({ description })));

const mapValues = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** Problems of every route with a token. */
const commonProblems: readonly ProblemCode[] = [
  "ICE_REQUEST_INVALID",
  "ICE_AUTH_REQUIRED",
  "ICE_SCOPE_MISSING",
  "ICE_RATE_LIMITED",
];

function responsesOf({ answers, problems = [], scope, body }: Route): ZodOpenApiResponsesObject {
  const own: readonly ProblemCode[] = [
    ...(scope === "none" ? [] : commonProblems),
    ...(body === undefined ? [] : (["ICE_REQUEST_TOO_LARGE", "ICE_MEDIA_TYPE"] as const)),
    ...problems,
  ];
  const responses: ZodOpenApiResponsesObject = {};
  for (const code of new Set(own)) {
    const status = `${statusOfCode[code]}` as "404";
    const before = responses[status]?.description;
    const description = before === undefined ? `\`${code}\`` : `${before}, \`${code}\``;
    responses[status] = { description, content: { "application/problem+json": { schema: problemSchema } } };
  }
  for (const [status, { description, schema, type = "application/json" }] of Object.entries(answers))
    responses[status as "200"] = { description, ...(schema === undefined ? {} : { content: { [type]: { schema } } }) };
  return responses;
}

/** `get /v1/runs/{runId}/nodes` → `getRunsRunIdNodes`. */
const operationIdOf = (method: string, path: string): string =>
  method.toLowerCase() +
  [...path.replace(/^\/v1/, "").matchAll(/\w+/g)].map(([word]) => word[0]!.toUpperCase() + word.slice(1)).join("");

/**
 * The schema of blueprints with the types of the runtime, and the definitions in it, each as a schema of the document: generators of
 * clients do not find those inside another one.
 */
function blueprintSchemas(runtime: Runtime): Readonly<Record<string, JsonObject>> {
  const types = [...runtime.nodes.entries()].map(([, { definition }]) => definition);
  const inPlace = (key: string, value: unknown): unknown =>
    key === "$ref" && typeof value === "string" && value.startsWith(definitions)
      ? `#/components/schemas/${nameOf(value.slice(definitions.length))}`
      : value;
  const schema = JSON.parse(JSON.stringify(blueprintJsonSchema(types)), inPlace) as JsonObject;
  const {
    $defs = {},
    $schema: _dialect,
    ...blueprint
  } = schema as JsonObject & {
    readonly $defs?: Record<string, JsonObject>;
  };
  return { Blueprint: blueprint, ...mapKeys($defs, nameOf) };
}

const definitions = "#/$defs/";

/** `toolNode` → `BlueprintToolNode`. A document allows letters, digits, `.`, `_` and `-`. */
const nameOf = (definition: string): string =>
  `Blueprint${definition[0]!.toUpperCase()}${definition.slice(1).replace(/[^\w.-]/g, "_")}`;

const mapKeys = <Value>(record: Readonly<Record<string, Value>>, map: (key: string) => string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [map(key), value]));
