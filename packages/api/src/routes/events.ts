import { journalStart, parsePosition, runEventSchema } from "@ice/core";
import { z } from "zod";
import { defineRoute, type Route } from "./route.ts";

const events = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/events",
  scope: "read",
  summary: "Follow the events of a run",
  headers: { "Last-Event-ID": "The id of the last event that the caller has." },
  query: z.strictObject({
    after: z.string().max(40).optional().meta({ description: "A position; `Last-Event-ID` comes before it." }),
  }),
  answers: {
    200: {
      description: "Server-sent events until the run has ended.",
      schema: runEventSchema,
      type: "text/event-stream",
    },
    204: { description: "The run has ended, and there are no events after the position." },
  },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_POSITION_INVALID", "ICE_RATE_LIMITED"],
  async handle({ services, tenant, caller, params, query, headers, env }) {
    // An `EventSource` that reconnects keeps its address, so what it has seen last counts.
    const after = headers.get("last-event-id") ?? query.after;
    const stream = await services.streams.open({
      tenant: tenant.tenant,
      runId: params["runId"]!,
      feed: tenant.feed,
      after: after === undefined ? journalStart : parsePosition(after),
      key: caller.key,
      isAllowed: caller.isValid,
      disconnect: env.disconnect,
    });
    if (stream === undefined) return { status: 204 };
    return { status: 200, stream, headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } };
  },
});

/** The events of a run. */
export const eventRoutes: readonly Route[] = [events];
