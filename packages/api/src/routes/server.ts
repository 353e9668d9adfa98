import { IceError, type TenantServices } from "@ice/core";
import { defaultTenant } from "@ice/core/internal";
import { z } from "zod";
import { hasSeen, notModified, ok } from "./answers.ts";
import { defineOpenRoute, defineRoute, type Answer, type Route } from "./route.ts";

const text = (content: string, type = "text/plain; charset=utf-8"): Answer => ({
  status: 200,
  text: content,
  headers: { "content-type": type },
});

const live = defineOpenRoute({
  method: "GET",
  path: "/livez",
  summary: "Whether the server lives",
  answers: { 200: { description: "`ok`.", schema: z.string(), type: "text/plain" } },
  handle: () => text("ok"),
});

const readinessSchema = z.looseObject({ status: z.string() });

const ready = defineOpenRoute({
  method: "GET",
  path: "/readyz",
  summary: "Whether the server takes runs",
  answers: {
    200: { description: "It does.", schema: readinessSchema },
    503: { description: "It does not: `starting`, `draining`, `store`.", schema: readinessSchema },
  },
  async handle({ services: { host, tenants } }) {
    if (host.state !== "ready") return notReady(host.state);
    try {
      await tenants.of("default").runs.page({ limit: 1 });
    } catch (error) {
      if (IceError.is(error)) return notReady("store");
      throw error;
    }
    return ok({ status: "ready" });
  },
});

/** No problem document: what asks this wants the state alone. */
const notReady = (status: "starting" | "draining" | "store"): Answer => ({ status: 503, json: { status } });

const metrics = defineRoute({
  method: "GET",
  path: "/metrics",
  scope: "metrics",
  summary: "Metrics in the text format of Prometheus",
  answers: { 200: { description: "Metrics.", schema: z.string(), type: "text/plain" } },
  async handle({ services, tenant }) {
    const count = await countTasks(tenant.tasks);
    return text(services.metrics.text(count), "text/plain; version=0.0.4; charset=utf-8");
  },
});

/** Open requests, at most 1,000; of a few at a time, because they are read for that. */
async function countTasks(tasks: TenantServices["tasks"]): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await tasks.page({ limit: 50, cursor });
    count += page.tasks.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && count < 1000);
  return count;
}

const openApi = defineOpenRoute({
  method: "GET",
  path: "/openapi.json",
  summary: "This document",
  answers: { 200: { description: "OpenAPI 3.1.", schema: z.looseObject({}) }, 304: { description: "Unchanged." } },
  handle({ services, headers }) {
    const { text: document, tag } = services.openApi();
    if (hasSeen(headers, tag)) return notModified({ etag: tag });
    return { status: 200, text: document, headers: { "content-type": "application/json", etag: tag } };
  },
});

const me = defineRoute({
  method: "GET",
  path: "/v1/me",
  scope: "any",
  summary: "Who the token belongs to",
  answers: { 200: { description: "The caller.", schema: z.looseObject({ name: z.string(), tenant: z.string() }) } },
  handle({ caller: { principal } }) {
    const { name, tenant, scopes, expiresAt } = principal;
    return ok({ name, tenant, scopes, expiresAt });
  },
});

const server = defineRoute({
  method: "GET",
  path: "/v1/server",
  scope: "any",
  summary: "What the server is",
  answers: {
    200: {
      description: "Its version, whether it is `ice dev` and, for the tenant `default`, its store.",
      schema: z.looseObject({ version: z.string(), dev: z.boolean(), store: z.string().optional() }),
    },
  },
  handle({ services: { version, storeAddress: store, dev }, tenant }) {
    const isOwners = tenant.tenant === defaultTenant;
    return ok({ version, dev: dev !== undefined && isOwners, ...(isOwners && { store }) });
  },
});

/** The server itself. */
export const serverRoutes: readonly Route[] = [live, ready, metrics, openApi, me, server];
