import { IceError, type BlueprintInfo, type JsonObject, type StoredBlueprint } from "@ice/core";
import { isPlainObject, shorten } from "@ice/core/internal";
import { z } from "zod";
import { invalidRequest } from "../request/invalid-request.ts";
import type { DevBlueprint } from "../options/dev-files.ts";
import { checkBlueprint, devBlueprint, invalidBlueprint, readGiven } from "../runs/analyze.ts";
import { hasSeen, loose, notModified, ok, pageSchema } from "./answers.ts";
import { jsonObjectField } from "./body-fields.ts";
import { integerField, pageFields } from "./query-fields.ts";
import { defineRoute, type Answer, type Call, type Route } from "./route.ts";

export const givenBlueprintSchema = z
  .strictObject({
    blueprint: jsonObjectField.optional(),
    text: z.string().optional().meta({ description: "The same as YAML or JSON." }),
  })
  .meta({ id: "GivenBlueprint", description: "Exactly one of `blueprint` and `text`." });

type Given = z.output<typeof givenBlueprintSchema>;

const infoSchema = z
  .looseObject({
    name: z.string(),
    version: z.string(),
    revision: z.int(),
    hash: z.string(),
    createdAt: z.number(),
    createdBy: z.string(),
  })
  .meta({ id: "BlueprintInfo" });

const list = defineRoute({
  method: "GET",
  path: "/v1/blueprints",
  scope: "read",
  summary: "List stored blueprints",
  query: z.strictObject(pageFields),
  answers: { 200: { description: "A page of blueprints.", schema: pageSchema("blueprints", infoSchema) } },
  problems: ["ICE_CURSOR_INVALID"],
  async handle({ tenant, query: { limit, cursor } }) {
    const { blueprints, next } = await tenant.blueprints.list({ limit, after: placeOf(cursor) });
    return ok({ blueprints, next: cursorOf(next) });
  },
});

const create = defineRoute({
  method: "POST",
  path: "/v1/blueprints",
  scope: "author",
  summary: "Store a blueprint",
  body: givenBlueprintSchema,
  answers: { 201: { description: "It is stored.", schema: infoSchema } },
  problems: ["ICE_BLUEPRINT_EXISTS", "ICE_BLUEPRINT_INVALID", "ICE_STORE_FULL"],
  handle: async (call) => stored(await store(call, { ifMatch: null }), 201),
});

const show = defineRoute({
  method: "GET",
  path: "/v1/blueprints/{name}",
  scope: "read",
  summary: "Show a stored blueprint",
  headers: { "If-None-Match": "The `ETag` of what the caller has." },
  query: z.strictObject({ revision: integerField(1, 1_000_000_000, "Default: the current one.").optional() }),
  answers: {
    200: { description: "The blueprint.", schema: infoSchema },
    304: { description: "It has not changed since." },
  },
  problems: ["ICE_BLUEPRINT_NOT_FOUND"],
  async handle({ services: { dev }, tenant, params, query, headers }) {
    const edited = query.revision === undefined ? devBlueprint(dev, tenant, params["name"]!) : undefined;
    const found =
      edited === undefined
        ? await requireStored(tenant.blueprints.get(params["name"]!, query), params["name"]!)
        : shownOf(edited);
    const own = { etag: `"${found.hash}"` };
    return hasSeen(headers, own.etag) ? notModified(own) : ok(found, own);
  },
});

const replace = defineRoute({
  method: "PUT",
  path: "/v1/blueprints/{name}",
  scope: "author",
  summary: "Replace a stored blueprint",
  headers: {
    "If-Match": "The `ETag` of the revision that is replaced. One of both is required.",
    "If-None-Match": "`*`: there is none of this name.",
  },
  body: givenBlueprintSchema,
  answers: {
    200: { description: "It is stored. The same content makes no new revision.", schema: infoSchema },
    201: { description: "With `If-None-Match: *`: it is stored.", schema: infoSchema },
  },
  problems: [
    "ICE_BLUEPRINT_NOT_FOUND",
    "ICE_BLUEPRINT_EXISTS",
    "ICE_BLUEPRINT_INVALID",
    "ICE_PRECONDITION_FAILED",
    "ICE_PRECONDITION_REQUIRED",
    "ICE_STORE_FULL",
  ],
  async handle(call) {
    const name = call.params["name"]!;
    const ifMatch = call.headers.get("if-none-match") === "*" ? null : seenHash(call.headers);
    const current = await call.tenant.blueprints.get(name);
    if (ifMatch === null ? current !== undefined : current !== undefined && current.hash !== ifMatch)
      throw new IceError("ICE_PRECONDITION_FAILED", `The blueprint "${shorten(name)}" has changed.`);
    if (ifMatch !== null && current === undefined) throw noBlueprint(name);
    return stored(await store(call, { ifMatch, name }), ifMatch === null ? 201 : 200);
  },
});

const remove = defineRoute({
  method: "DELETE",
  path: "/v1/blueprints/{name}",
  scope: "author",
  summary: "Delete a stored blueprint; its runs stay",
  headers: { "If-Match": "The `ETag` of the revision that the caller has seen. Required." },
  answers: { 204: { description: "It is gone." } },
  problems: ["ICE_BLUEPRINT_NOT_FOUND", "ICE_PRECONDITION_FAILED", "ICE_PRECONDITION_REQUIRED"],
  async handle({ tenant, params, headers }) {
    await tenant.blueprints.delete(params["name"]!, { ifMatch: seenHash(headers) });
    return { status: 204 };
  },
});

const revisions = defineRoute({
  method: "GET",
  path: "/v1/blueprints/{name}/revisions",
  scope: "read",
  summary: "List the revisions of a blueprint, the newest first",
  query: z.strictObject(pageFields),
  answers: { 200: { description: "A page of revisions.", schema: pageSchema("revisions", infoSchema) } },
  problems: ["ICE_BLUEPRINT_NOT_FOUND", "ICE_CURSOR_INVALID"],
  async handle({ tenant, params, query: { limit, cursor } }) {
    const name = params["name"]!;
    await requireStored(tenant.blueprints.get(name), name);
    const { blueprints, next } = await tenant.blueprints.revisions(name, { limit, after: placeOf(cursor) });
    return ok({ revisions: blueprints, next: cursorOf(next) });
  },
});

const graph = defineRoute({
  method: "GET",
  path: "/v1/blueprints/{name}/graph",
  scope: "read",
  summary: "Draw a stored blueprint",
  query: z.strictObject({ revision: integerField(1, 1_000_000_000, "Default: the current one.").optional() }),
  answers: { 200: { description: "Its nodes and what they wait for.", schema: loose } },
  problems: ["ICE_BLUEPRINT_NOT_FOUND", "ICE_BLUEPRINT_INVALID"],
  async handle({ services: { runtime, dev }, tenant, params, query }) {
    const name = params["name"]!;
    const edited = query.revision === undefined ? devBlueprint(dev, tenant, name) : undefined;
    const { blueprint } = edited ?? (await requireStored(tenant.blueprints.get(name, query), name));
    const { issues, graph } = await checkBlueprint(blueprint, { runtime, tenant, base: edited?.base });
    if (graph === undefined) throw invalidBlueprint(issues);
    return ok(graph);
  },
});

/** Where a page of the store ended, as a text without a meaning for callers. It needs no seal: a caller sees all of the list anyway. */
const cursorOf = (next: string | undefined): string | null =>
  next === undefined ? null : Buffer.from(`after ${next}`).toString("base64url");

/** @throws IceError `ICE_CURSOR_INVALID`. */
function placeOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const place = /^after (.+)$/s.exec(Buffer.from(cursor, "base64url").toString("utf8"))?.[1];
  if (place !== undefined) return place;
  throw new IceError("ICE_CURSOR_INVALID", "The cursor does not belong to this list.", {
    fix: "use the `next` of the page before, or begin without a cursor",
  });
}

/** Exactly one of both. @throws IceError `ICE_REQUEST_INVALID`. */
export function requireGiven(given: Given): Given {
  if ((given.blueprint === undefined) !== (given.text === undefined)) return given;
  throw invalidRequest("The body contains not exactly one blueprint.", "give one of `blueprint` and `text`");
}

/** Checks a blueprint and stores it. @param options.name - which it must have. */
async function store(
  { services, tenant, caller, body }: Call<unknown, Given>,
  { ifMatch, name }: { readonly ifMatch: string | null; readonly name?: string },
): Promise<object> {
  const { runtime, reader } = services;
  const read = readGiven(requireGiven(body), reader);
  if (!read.ok) throw invalidBlueprint(read.issues);
  const { data } = read;
  const own = isPlainObject(data) && typeof data["name"] === "string" ? data["name"] : undefined;
  if (name !== undefined && own !== name)
    throw invalidRequest("The blueprint has another name than its address.", `name it "${shorten(name)}"`);
  if (own !== undefined && runtime.workflows.get(own) !== undefined)
    throw new IceError("ICE_BLUEPRINT_EXISTS", `The owner of the server has registered a workflow "${shorten(own)}".`, {
      fix: "choose another name",
    });
  const checked = await checkBlueprint(data, { runtime, tenant });
  const issues = checked.issues.map(read.place);
  if (!checked.valid) throw invalidBlueprint(issues);
  const by = caller.principal.name;
  const { blueprint: _, ...info } = await tenant.blueprints.put(data as JsonObject, {
    by,
    ifMatch,
    at: services.now(),
  });
  return { ...info, issues };
}

function stored(info: object, status: 200 | 201): Answer {
  const { name, hash } = info as BlueprintInfo;
  const location = { location: `/v1/blueprints/${encodeURIComponent(name)}` };
  return { status, json: info, headers: { etag: `"${hash}"`, ...(status === 201 ? location : {}) } };
}

/** The hash that `If-Match` names. @throws IceError `ICE_PRECONDITION_REQUIRED`. */
function seenHash(headers: Headers): string {
  const seen = headers.get("if-match");
  if (seen !== null && seen.trim() !== "*") return seen.trim().replace(/^"|"$/g, "");
  throw new IceError("ICE_PRECONDITION_REQUIRED", "The request does not say which revision it has seen.", {
    fix: "send the `ETag` of the blueprint in `If-Match`",
  });
}

/** Without its address, which is a path of the machine. */
function shownOf(edited: DevBlueprint): Omit<DevBlueprint, "base"> {
  const { base: _base, ...shown } = edited;
  return shown;
}

async function requireStored(found: Promise<StoredBlueprint | undefined>, name: string): Promise<StoredBlueprint> {
  const blueprint = await found;
  if (blueprint === undefined) throw noBlueprint(name);
  return blueprint;
}

const noBlueprint = (name: string): IceError =>
  new IceError("ICE_BLUEPRINT_NOT_FOUND", `There is no stored blueprint "${shorten(name)}", or not this revision.`);

/** Stored blueprints. */
export const blueprintRoutes: readonly Route[] = [list, create, show, replace, remove, revisions, graph];
