import { humanTaskSchema, IceError, type HumanAnswer, type HumanTask, type Json } from "@ice/core";
import { z } from "zod";
import { requireScope } from "../request/authenticate.ts";
import { invalidRequest } from "../request/invalid-request.ts";
import { ok, pageSchema } from "./answers.ts";
import { pageFields } from "./query-fields.ts";
import { defineRoute, type Route } from "./route.ts";

const list = defineRoute({
  method: "GET",
  path: "/v1/tasks",
  scope: "read",
  summary: "List what runs ask people, the oldest first",
  query: z.strictObject({ runId: z.string().max(128).optional(), ...pageFields }),
  answers: { 200: { description: "A page of open requests.", schema: pageSchema("tasks", humanTaskSchema) } },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_CURSOR_INVALID"],
  async handle({ tenant, caller, query }) {
    const { tasks, next } = await tenant.tasks.page(query);
    if (!caller.principal.scopes.includes("respond")) return ok({ tasks, next });
    const withToken = async (task: HumanTask): Promise<object> => ({
      ...task,
      token: await tenant.tasks.tokenFor(task),
    });
    return ok({ tasks: await Promise.all(tasks.map(withToken)), next });
  },
});

const answerSchema = z
  .strictObject({
    approved: z.boolean().optional(),
    choice: z.string().optional(),
    response: z.unknown().optional(),
    as: z.string().min(1).max(200).optional().meta({ description: "Who answers. Takes the scope `act-as`." }),
  })
  .meta({ id: "Answer", description: "Exactly one of `approved`, `choice` and `response`." });

const respond = defineRoute({
  method: "POST",
  path: "/v1/tasks/{token}",
  scope: "respond",
  summary: "Answer a request; the first answer counts",
  body: answerSchema,
  bodyLimit: "smallBodyBytes",
  answers: {
    200: {
      description: "The answer is recorded, and the run goes on.",
      schema: z.looseObject({ runId: z.string(), path: z.string(), accepted: z.boolean() }),
    },
  },
  problems: ["ICE_TOKEN_INVALID", "ICE_REQUEST_CLOSED", "ICE_RESPONSE_DENIED", "ICE_RESPONSE_INVALID"],
  async handle({ services, tenant, caller, params, body }) {
    const { as, ...given } = body;
    const answer = answerOf(given);
    if (as !== undefined) requireScope(caller.principal, "act-as");
    const by = as ?? caller.principal.name;
    const receipt = await tenant.tasks.respondWithToken(params["token"]!, answer, { by }).catch(tokenError);
    await services.host.adopt(receipt.runId, { tenant: tenant.tenant });
    return ok(receipt);
  },
});

/** A token that leads to no run or request is no token: the caller does not learn which runs exist. */
function tokenError(cause: unknown): never {
  if (!IceError.is(cause) || !["ICE_RUN_NOT_FOUND", "ICE_REQUEST_NOT_FOUND"].includes(cause.code)) throw cause;
  throw new IceError("ICE_TOKEN_INVALID", "The token belongs to no request.", { cause });
}

function answerOf(given: Readonly<Record<string, unknown>>): HumanAnswer {
  const [name, ...more] = Object.keys(given).filter((key) => given[key] !== undefined);
  if (name !== undefined && more.length === 0) return { [name]: given[name] as Json } as unknown as HumanAnswer;
  throw invalidRequest("The body gives not exactly one answer.", "give one of `approved`, `choice` and `response`");
}

/** What runs ask people. */
export const taskRoutes: readonly Route[] = [list, respond];
