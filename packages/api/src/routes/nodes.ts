import { nodeRecordSchema } from "@ice/core";
import { z } from "zod";
import { shownGraph } from "../runs/analyze.ts";
import { hasSeen, loose, notModified, ok, pageSchema } from "./answers.ts";
import { nodeStatusesField, pageFields } from "./query-fields.ts";
import { defineRoute, type Route } from "./route.ts";

const list = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/nodes",
  scope: "read",
  summary: "List the nodes of a run",
  query: z.strictObject({
    status: nodeStatusesField.optional(),
    under: z.string().max(2000).optional().meta({ description: "Only this node and those in it." }),
    ...pageFields,
  }),
  answers: { 200: { description: "A page of nodes.", schema: pageSchema("nodes", nodeRecordSchema) } },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_CURSOR_INVALID"],
  handle: async ({ tenant, params, query: { status, ...query } }) =>
    ok(await tenant.views.nodes(params["runId"]!, { ...query, statuses: status })),
});

const show = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/nodes/{path}",
  scope: "read",
  summary: "Show a node of a run",
  answers: { 200: { description: "Everything that is recorded of it.", schema: nodeRecordSchema } },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_NODE_NOT_FOUND"],
  handle: async ({ tenant, params }) => ok(await tenant.views.node(params["runId"]!, params["path"]!)),
});

const graph = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/graph",
  scope: "read",
  summary: "Draw the workflow of a run",
  answers: { 200: { description: "Its nodes and what they wait for.", schema: loose } },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_BLUEPRINT_INVALID"],
  handle: async ({ tenant, params }) => ok(shownGraph(await tenant.views.graph(params["runId"]!))),
});

const blueprint = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/blueprint",
  scope: "read",
  summary: "Show the blueprint that a run executes",
  headers: { "If-None-Match": "The `ETag` of what the caller has." },
  answers: {
    200: {
      description: "The blueprint with its hash.",
      schema: z.looseObject({
        name: z.string(),
        version: z.string(),
        hash: z.string().meta({ description: "SHA-256 of the blueprint with the workflows that it refers to." }),
        blueprint: loose,
      }),
    },
    304: { description: "It has not changed since." },
  },
  problems: ["ICE_RUN_NOT_FOUND"],
  async handle({ tenant, params, headers }) {
    const found = await tenant.views.blueprint(params["runId"]!);
    const own = { etag: `"${found.hash}"` };
    return hasSeen(headers, own.etag) ? notModified(own) : ok(found, own);
  },
});

/** The nodes of a run, and the blueprint that they are from. */
export const nodeRoutes: readonly Route[] = [list, show, graph, blueprint];
