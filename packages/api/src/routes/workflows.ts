import type { RegisteredBlueprint } from "@ice/core";
import { defaultTenant } from "@ice/core/internal";
import { z } from "zod";
import type { DevBlueprint } from "../options/dev-files.ts";
import { allStored } from "../runs/all-stored.ts";
import { checkBlueprint, invalidBlueprint } from "../runs/analyze.ts";
import { namedWorkflow } from "../runs/named-workflow.ts";
import { loose, ok } from "./answers.ts";
import { defineRoute, type Route } from "./route.ts";

const list = defineRoute({
  method: "GET",
  path: "/v1/workflows",
  scope: "read",
  summary: "List what can be run by name",
  answers: {
    200: {
      description: "Registered and stored workflows.",
      schema: z.looseObject({ workflows: z.array(z.looseObject({})) }),
    },
  },
  async handle({ services: { runtime, dev }, tenant }) {
    const names = tenant.tenant === defaultTenant ? (dev?.list() ?? []).flatMap(({ name }) => name ?? []) : [];
    const edited = names.flatMap((name) => editedOf(dev?.find(name)));
    const registered = runtime.workflows.names().flatMap((ref) => registeredOf(ref, runtime.workflows.get(ref)));
    const stored = (await allStored(tenant.blueprints)).map((info) => ({ ...info, source: "stored" }));
    return ok({ workflows: [...edited, ...registered, ...stored] });
  },
});

const editedOf = (found: DevBlueprint | undefined): object[] =>
  found === undefined ? [] : [{ name: found.name, version: found.version, source: "file" }];

function registeredOf(ref: string, blueprint: RegisteredBlueprint | undefined): object[] {
  if (blueprint === undefined) return [];
  const { name, description, inputs } = blueprint;
  return [{ name, version: ref.slice(ref.lastIndexOf("@") + 1), description, inputs, source: "registered" }];
}

const show = defineRoute({
  method: "GET",
  path: "/v1/workflows/{name}",
  scope: "read",
  summary: "Show a workflow, by `name` or `name@version`, with its blueprint",
  answers: {
    200: {
      description: "The workflow that a run of this name would begin with now.",
      schema: z.looseObject({ name: z.string(), version: z.string(), blueprint: z.looseObject({}) }),
    },
  },
  problems: ["ICE_WORKFLOW_UNKNOWN"],
  async handle({ services: { runtime, dev }, tenant, params }) {
    const { data } = await namedWorkflow(params["name"]!, { runtime, dev, tenant });
    const { name, version = "0.0.0" } = data as RegisteredBlueprint;
    return ok({ name, version, blueprint: data });
  },
});

const graph = defineRoute({
  method: "GET",
  path: "/v1/workflows/{name}/graph",
  scope: "read",
  summary: "Draw a workflow, by `name` or `name@version`, as a run of it would begin now",
  answers: { 200: { description: "Its nodes and what they wait for.", schema: loose } },
  problems: ["ICE_WORKFLOW_UNKNOWN", "ICE_BLUEPRINT_INVALID"],
  async handle({ services: { runtime, dev }, tenant, params }) {
    const { data, base } = await namedWorkflow(params["name"]!, { runtime, dev, tenant });
    const checked = await checkBlueprint(data, { runtime, tenant, base });
    if (checked.graph === undefined) throw invalidBlueprint(checked.issues);
    return ok(checked.graph);
  },
});

/** What can be run by name. */
export const workflowRoutes: readonly Route[] = [list, show, graph];
