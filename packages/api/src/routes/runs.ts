import { formatPosition, networkResultSchema, runResultSchema, runSummarySchema, type RunSnapshot } from "@ice/core";
import { z } from "zod";
import { invalidRequest } from "../request/invalid-request.ts";
import { requireScope } from "../request/authenticate.ts";
import { documentOf, tagOf, type NodesShown } from "../runs/run-document.ts";
import { startRun } from "../runs/start-run.ts";
import { waitForRest } from "../runs/wait-for-rest.ts";
import { accepted, hasSeen, loose, notModified, ok, pageSchema } from "./answers.ts";
import { jsonObjectField } from "./body-fields.ts";
import { momentField, pageFields, runStatusesField, secondsField } from "./query-fields.ts";
import { defineRoute, type Answer, type Call, type Route } from "./route.ts";

const startSchema = z
  .strictObject({
    workflow: z.string().min(1).max(256).optional().meta({ description: "`name` or `name@version` of a workflow." }),
    blueprint: jsonObjectField.optional().meta({ description: "A blueprint or a network. Takes the scope `author`." }),
    text: z.string().optional().meta({ description: "The same as YAML or JSON." }),
    inputs: jsonObjectField.optional(),
    runId: z.string().optional().meta({ description: "Default: a new one." }),
    options: z
      .strictObject({
        maxConcurrency: z.int().min(1).max(1000).optional(),
        timeoutSeconds: z.number().positive().max(31_536_000).optional(),
      })
      .optional(),
  })
  .meta({ id: "StartRun" });

const startedSchema = z.looseObject({
  runId: z.string(),
  status: z.string(),
  workflow: z.looseObject({ name: z.string(), version: z.string() }),
  startedAt: z.number(),
});

const documentSchema = z.union([runResultSchema, networkResultSchema]);

const list = defineRoute({
  method: "GET",
  path: "/v1/runs",
  scope: "read",
  summary: "List runs, the newest first",
  query: z.strictObject({
    status: runStatusesField.optional(),
    workflow: z.string().max(256).optional().meta({ description: "Name of the workflow." }),
    since: momentField("Runs that started at this time or later.").optional(),
    until: momentField("Runs that started before this time.").optional(),
    counts: z
      .enum(["true"])
      .optional()
      .meta({ description: "Also answers `counts`: how many runs there are of each status, at most 1,000." }),
    ...pageFields,
  }),
  answers: { 200: { description: "A page of runs.", schema: pageSchema("runs", runSummarySchema) } },
  problems: ["ICE_CURSOR_INVALID"],
  handle: async ({ tenant, query: { status, counts, ...query } }) =>
    ok(await tenant.runs.page({ ...query, statuses: status, counts: counts === "true" })),
});

const start = defineRoute({
  method: "POST",
  path: "/v1/runs",
  scope: "run",
  summary: "Start a run",
  headers: { "Idempotency-Key": "The same key and body is the same run, as long as it is kept." },
  query: z.strictObject({ wait: secondsField(60, "Wait for the end so many seconds.").optional() }),
  body: startSchema,
  answers: {
    202: { description: "The run is recorded, and in progress.", schema: startedSchema },
    200: { description: "With `wait`: it has ended, or is suspended.", schema: documentSchema },
  },
  problems: [
    "ICE_WORKFLOW_UNKNOWN",
    "ICE_RUN_EXISTS",
    "ICE_BLUEPRINT_INVALID",
    "ICE_INPUT_INVALID",
    "ICE_IDEMPOTENCY_MISMATCH",
    "ICE_SERVER_BUSY",
    "ICE_SERVER_DRAINING",
    "ICE_STORE_FULL",
  ],
  handle: startAndWait,
});

async function startAndWait(call: Call<{ wait?: number | undefined }, z.output<typeof startSchema>>): Promise<Answer> {
  const { services, tenant, caller, query, body, headers, signal } = call;
  const given = [body.workflow, body.blueprint, body.text].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw invalidRequest("The body names not exactly one workflow.", "give one of `workflow`, `blueprint` and `text`");
  if (body.workflow === undefined) requireScope(caller.principal, "author");
  const { runtime, host, reader, dev } = services;
  const context = { runtime, host, reader, dev, tenant, principal: caller.principal };
  const run = await startRun(body, headers.get("idempotency-key"), context);
  const { runId } = run;
  const rests = query.wait !== undefined && (await waitForRest(run, tenant, { ms: query.wait * 1000, signal }));
  const answer = rests
    ? ok(documentOf((await tenant.views.snapshot(runId)).result, "some"))
    : await started(call, runId);
  const repeated = run.handle === undefined ? { "idempotency-replayed": "true" } : {};
  return { ...answer, headers: { location: `/v1/runs/${runId}`, ...repeated } };
}

async function started({ tenant }: Pick<Call, "tenant">, runId: string): Promise<Answer> {
  const { status, workflow: name, version, startedAt } = await tenant.views.summary(runId);
  return accepted({ runId, status, workflow: { name, version }, startedAt });
}

const show = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}",
  scope: "read",
  summary: "Show a run",
  headers: { "If-None-Match": "The `ETag` of what the caller has." },
  query: z.strictObject({ nodes: z.enum(["none"]).optional().meta({ description: "`none`: without its nodes." }) }),
  answers: {
    200: {
      description: "The result as far as it is known, with at most 1,000 nodes and 16 MiB of their outputs.",
      schema: documentSchema,
    },
    304: { description: "It has not changed since." },
  },
  problems: ["ICE_RUN_NOT_FOUND"],
  async handle({ tenant, params, query, headers }) {
    const snapshot = await tenant.views.snapshot(params["runId"]!);
    const shown = query.nodes ?? "some";
    const own = { etag: tagOf(snapshot, shown), "ice-position": formatPosition(snapshot.position) };
    return hasSeen(headers, own.etag) ? notModified(own) : ok(shownDocument(snapshot, shown), own);
  },
});

/** Unlike the result that a start with `wait` answers, it contains the inputs: the reader may not be the one who started it. */
const shownDocument = ({ result, inputs }: RunSnapshot, shown: NodesShown): object => ({
  ...documentOf(result, shown),
  inputs,
});

const explain = defineRoute({
  method: "GET",
  path: "/v1/runs/{runId}/explain",
  scope: "read",
  summary: "Say why nodes have not run",
  answers: { 200: { description: "Nodes that have not run, with the reason.", schema: loose } },
  problems: ["ICE_RUN_NOT_FOUND"],
  handle: async ({ tenant, params }) => ok({ nodes: await tenant.runs.explain(params["runId"]!) }),
});

const statusSchema = z.looseObject({ runId: z.string(), status: z.string() });

const cancel = defineRoute({
  method: "POST",
  path: "/v1/runs/{runId}/cancel",
  scope: "run",
  summary: "Cancel a run",
  body: z.strictObject({ reason: z.string().max(500).optional() }),
  bodyIsOptional: true,
  bodyLimit: "smallBodyBytes",
  answers: {
    202: { description: "It is being cancelled.", schema: statusSchema },
    200: { description: "It had ended before.", schema: statusSchema },
  },
  problems: ["ICE_RUN_NOT_FOUND"],
  handle: ({ tenant, params, body }) =>
    unlessEnded({ tenant, params }, (runId) => tenant.runs.cancel(runId, body.reason)),
});

const resume = defineRoute({
  method: "POST",
  path: "/v1/runs/{runId}/resume",
  scope: "run",
  summary: "Continue a run that is suspended, or whose process is gone",
  body: z.strictObject({}),
  bodyIsOptional: true,
  bodyLimit: "smallBodyBytes",
  answers: {
    202: { description: "It goes on.", schema: statusSchema },
    200: { description: "It had ended before.", schema: statusSchema },
  },
  problems: ["ICE_RUN_NOT_FOUND", "ICE_STORE_OWNED", "ICE_SERVER_DRAINING"],
  handle: ({ services, tenant, params }) =>
    unlessEnded({ tenant, params }, (runId) => services.host.resume(runId, { tenant: tenant.tenant })),
});

/** Does something to a run that has not ended. */
async function unlessEnded(
  { tenant, params }: Pick<Call, "tenant" | "params">,
  act: (runId: string) => Promise<void>,
): Promise<Answer> {
  const runId = params["runId"]!;
  const before = await tenant.views.summary(runId);
  if (["completed", "failed", "cancelled"].includes(before.status)) return ok({ runId, status: before.status });
  await act(runId);
  const { status } = await tenant.views.summary(runId);
  return accepted({ runId, status });
}

/** Runs as a whole. */
export const runRoutes: readonly Route[] = [list, start, show, explain, cancel, resume];
