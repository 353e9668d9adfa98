import type { Json } from "@ice/core";
import { z } from "zod";
import { accepted } from "./answers.ts";
import { defineRoute, type Route } from "./route.ts";

const send = defineRoute({
  method: "POST",
  path: "/v1/runs/{runId}/signals/{name}",
  scope: "signal",
  summary: "Send a signal to a run",
  body: z.strictObject({
    payload: z.unknown().optional(),
    id: z.string().min(1).max(200).optional().meta({ description: "The same id twice is one signal." }),
  }),
  bodyIsOptional: true,
  answers: {
    202: {
      description: "The signal is recorded.",
      schema: z.looseObject({
        runId: z.string(),
        signal: z.string(),
        id: z.string(),
        accepted: z.boolean(),
        duplicate: z.boolean(),
      }),
    },
  },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_RUN_ENDED", "ICE_SIGNAL_INVALID"],
  async handle({ services, tenant, caller, params, body }) {
    const { payload, id } = body;
    const by = caller.principal.name;
    const sent = await tenant.runs.signal(params["runId"]!, params["name"]!, { payload: payload as Json, id, by });
    await services.host.adopt(sent.runId, { tenant: tenant.tenant });
    return accepted(sent);
  },
});

/** Facts that are reported to a run. */
export const signalRoutes: readonly Route[] = [send];
