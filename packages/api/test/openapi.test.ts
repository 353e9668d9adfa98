import { nodeJsonSchema, runEventSchema, runResultSchema, runSummarySchema, humanTaskSchema } from "@ice/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../src/routes/routes.ts";
import { readEvents } from "./read-events.ts";
import { ask, blueprint, echo, serve, type Served } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

type Document = Record<string, unknown> & {
  paths: Record<string, Record<string, { responses: object; security?: object[]; requestBody?: object }>>;
  components: { schemas: Record<string, Record<string, unknown>> };
};

test("every route is in the document, which is the same each time and its references exist", async () => {
  const { json, headers, text } = await served.send("/openapi.json", { token: null });
  const document = json() as Document;
  expect(Object.keys(document.paths).toSorted()).toEqual([...new Set(routes.map(({ path }) => path))].toSorted());
  for (const { path, method, scope, body } of routes) {
    const operation = document.paths[path]![method.toLowerCase()]!;
    expect(operation.security).toEqual(scope === "none" ? [] : undefined);
    expect(operation.requestBody !== undefined).toBe(body !== undefined);
  }
  for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = reference!
      .split("/")
      .reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], document);
    expect(target, reference).toBeDefined();
  }
  expect(
    (await served.send("/openapi.json", { token: null, headers: { "if-none-match": headers.etag! } })).status,
  ).toBe(304);
});

test("the definitions of blueprints are schemas of the document, which generators find", async () => {
  const { components } = (await served.send("/openapi.json")).json() as Document;
  expect(components.schemas).toHaveProperty("BlueprintToolNode");
  expect(components.schemas["BlueprintNode"]).toMatchObject({
    oneOf: expect.arrayContaining([{ $ref: "#/components/schemas/BlueprintToolNode" }]) as unknown,
  });
  for (const schema of Object.values(components.schemas)) expect(schema).not.toHaveProperty("$defs");
});

test("the parameters of a route are those that it accepts", async () => {
  const { paths } = (await served.send("/openapi.json")).json() as Document;
  const { parameters } = paths["/v1/runs"]!["get"] as unknown as { parameters: { name: string; schema: object }[] };
  expect(parameters.map(({ name }) => name)).toEqual([
    "status",
    "workflow",
    "since",
    "until",
    "counts",
    "limit",
    "cursor",
  ]);
  expect(parameters.find(({ name }) => name === "limit")!.schema).toMatchObject({
    type: "integer",
    minimum: 1,
    maximum: 200,
  });
});

test("headers that decide are parameters, too", async () => {
  const { paths } = (await served.send("/openapi.json")).json() as Document;
  const { parameters } = paths["/v1/blueprints/{name}"]!["put"] as unknown as { parameters: object[] };
  expect(parameters).toMatchObject([
    { in: "path", name: "name", required: true },
    { in: "header", name: "If-Match" },
    { in: "header", name: "If-None-Match" },
  ]);
});

test("answers have the shape that the schemas of core describe", async () => {
  const { json } = await served.send("/v1/runs?wait=20", { json: { blueprint: blueprint([echo("a"), ask()]) } });
  const result = runResultSchema.parse(json());
  const { runs } = (await served.send("/v1/runs")).json() as { runs: object[] };
  const { tasks } = (await served.send("/v1/tasks")).json() as { tasks: object[] };
  const { frames } = await readEvents(served, `/v1/runs/${result.runId}/events`, { until: (read) => read.length > 2 });
  expect(runs.map((run) => runSummarySchema.parse(run))).toEqual(runs);
  expect(tasks.map((task) => humanTaskSchema.parse(task))).toEqual(tasks);
  for (const { id, data } of frames) if (id !== undefined) expect(runEventSchema.parse(data)).toEqual(data);
});

test("a type of nodes is shown as editors know it", async () => {
  const { definition } = served.runtime.nodes.require("human");
  expect((await served.send("/v1/node-types/human")).json()).toEqual({
    type: "human",
    description: definition.description,
    schema: nodeJsonSchema(definition),
  });
});
