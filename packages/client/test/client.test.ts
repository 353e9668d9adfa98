import { IceError, type JsonObject } from "@ice/core";
import { expect, test } from "vitest";
import { createClient, IceApiError } from "../src/index.ts";
import { ask, Gate, hold, serve } from "./serve.ts";

const blueprint = (nodes: readonly object[], name = "case"): JsonObject =>
  ({ schemaVersion: "ice/v1", name, nodes }) as JsonObject;
const errorOf = async (call: Promise<unknown>): Promise<IceApiError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!IceApiError.is(error)) throw new Error("there was no error of the API", { cause: error });
  return error;
};

test("a run is started by name, and its result is awaited", async () => {
  const { client } = await serve(new Gate());
  const run = await client.runs.start({ workflow: "greet", inputs: { who: "kim" } });
  expect(run).toMatchObject({ workflow: { name: "greet" }, startedAt: expect.any(Number) });
  expect(await run.result()).toMatchObject({ runId: run.runId, status: "completed", output: { a: { hi: "kim" } } });
  expect(await client.runs.get(run.runId, { nodes: "none" })).not.toHaveProperty("nodes");
  expect(await client.runs.list({ status: ["completed"], limit: 1 })).toMatchObject({
    runs: [{ workflow: "greet" }],
    next: null,
  });
  expect(await client.runs.nodes(run.runId)).toMatchObject({ nodes: [{ path: "a", status: "completed" }] });
  expect(await client.runs.node(run.runId, "a")).toMatchObject({ output: { hi: "kim" } });
  expect(await client.runs.graph(run.runId)).toMatchObject({ nodes: [{ id: "a", dependencies: [] }] });
  expect(await client.runs.blueprint(run.runId)).toMatchObject({ name: "greet", blueprint: { nodes: [{ id: "a" }] } });
  expect(await client.runs.explain(run.runId)).toEqual([]);
});

test("what a run asks is answered, and the run goes on to its result", async () => {
  const { client } = await serve(new Gate());
  const run = await client.runs.start({ blueprint: blueprint([ask("ok")]) });
  expect(await run.result()).toMatchObject({ status: "suspended", waiting: [{ path: "ok" }] });
  const { tasks } = await client.tasks.list({ runId: run.runId });
  await client.tasks.respond(tasks[0]!.token!, { approved: true });
  expect(await run.result()).toMatchObject({ status: "completed" });
  const closed = await errorOf(client.tasks.respond(tasks[0]!.token!, { approved: true }));
  expect(closed).toMatchObject({ status: 409, code: "ICE_REQUEST_CLOSED", details: { first: { by: "kim" } } });
});

test("a run is cancelled, signalled and resumed", async () => {
  const gate = new Gate();
  const { client } = await serve(gate);
  const run = await client.runs.start({ blueprint: blueprint([hold("a", "a")]), runId: "mine" });
  expect(run.runId).toBe("mine");
  const result = run.result();
  expect(await run.cancel({ reason: "enough" })).toMatchObject({ runId: "mine" });
  expect(await result).toMatchObject({ status: "cancelled" });
  const paused = await client.runs.start({ blueprint: blueprint([ask("ok")]) });
  await paused.result();
  expect(await client.runs.signal(paused.runId, "note", { id: "1" })).toMatchObject({
    accepted: true,
    duplicate: false,
  });
  expect(await client.runs.signal(paused.runId, "note", { id: "1" })).toMatchObject({ duplicate: true });
  expect(await client.runs.resume(paused.runId)).toMatchObject({ runId: paused.runId });
});

test("blueprints are stored, replaced and deleted", async () => {
  const { client } = await serve(new Gate());
  const first = await client.blueprints
    .create({
      text: "schemaVersion: ice/v1\nname: page\nnodes: []\n".replace("[]", "[{ id: a, type: tool, toolName: echo }]"),
    })
    .catch((error: unknown) => error);
  // Without a reader for YAML the server takes objects alone.
  expect(first).toMatchObject({ code: "ICE_REQUEST_INVALID" });
  const { hash } = await client.blueprints.create({ blueprint: blueprint([hold("a", "1")], "page") });
  const changed = await client.blueprints.replace(
    "page",
    { blueprint: blueprint([hold("a", "2")], "page") },
    { ifMatch: hash },
  );
  expect(changed).toMatchObject({ revision: 2, issues: [] });
  expect(await errorOf(client.blueprints.delete("page", { ifMatch: hash }))).toMatchObject({ status: 412 });
  expect(await client.blueprints.revisions("page")).toMatchObject({ revisions: [{ revision: 2 }, { revision: 1 }] });
  expect(await client.blueprints.get("page", { revision: 1 })).toMatchObject({ hash });
  expect(await client.blueprints.graph("page")).toMatchObject({ nodes: [{ id: "a" }] });
  expect(await client.blueprints.list()).toMatchObject({ blueprints: [{ name: "page" }], next: null });
  await client.blueprints.delete("page", { ifMatch: changed.hash });
  expect(await errorOf(client.blueprints.get("page"))).toMatchObject({ status: 404, code: "ICE_BLUEPRINT_NOT_FOUND" });
});

test("what is registered is listed, and blueprints are checked", async () => {
  const { client } = await serve(new Gate());
  const { registry } = client;
  expect(await registry.workflows()).toMatchObject([{ name: "greet", source: "registered" }]);
  expect(await registry.nodeType("human")).toMatchObject({ type: "human", schema: expect.any(Object) });
  expect((await registry.nodeTypes()).map(({ type }) => type)).toContain("tool");
  expect((await registry.tools()).map(({ name }) => name)).toContain("hold");
  expect(await registry.agents()).toEqual([]);
  expect(await registry.channels()).toEqual(expect.any(Array));
  expect(await registry.schedules()).toEqual([]);
  expect(await client.me()).toMatchObject({ name: "kim", tenant: "default" });
  expect(await client.validate({ blueprint: blueprint([ask("a")]) })).toMatchObject({
    valid: true,
    graph: { nodes: [{}] },
  });
  expect(await client.validate({ blueprint: blueprint([{ id: "a", type: "nothing" }]) })).toMatchObject({
    valid: false,
  });
});

test("an error has status, code, fix, issues and the id of the request, and is one of the engine too", async () => {
  const { client, url, tokenFor } = await serve(new Gate());
  const invalid = await errorOf(client.runs.start({ workflow: "greet", inputs: { who: 7 } }));
  expect(invalid).toMatchObject({
    name: "IceApiError",
    status: 422,
    code: "ICE_INPUT_INVALID",
    issues: [{ path: "/inputs/who" }],
  });
  expect(invalid.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(IceError.is(invalid)).toBe(true);
  expect(IceApiError.is(new Error("other"))).toBe(false);
  const reader = createClient({ url, token: await tokenFor(["read"]) });
  expect(await errorOf(reader.runs.start({ workflow: "greet" }))).toMatchObject({
    status: 403,
    code: "ICE_SCOPE_MISSING",
    issues: [],
  });
  expect(await errorOf(createClient({ url, token: "wrong" }).me())).toMatchObject({
    status: 401,
    fix: expect.any(String),
  });
});

test("two requests with one key start one run", async () => {
  const { client } = await serve(new Gate());
  const request = { workflow: "greet", inputs: { who: "kim" }, idempotencyKey: "order-1" } as const;
  const [one, two] = await Promise.all([client.runs.start(request), client.runs.start(request)]);
  expect(one.runId).toBe(two.runId);
});
