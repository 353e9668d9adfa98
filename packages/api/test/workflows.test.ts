import { afterAll, beforeAll, expect, test } from "vitest";
import type { DevFile, DevFiles } from "../src/index.ts";
import { blueprint, echo, greet, serve, type Served } from "./serve.ts";

const edited: DevFile[] = [{ file: "flows/page.yaml", name: null, issues: [] }];
let changed: () => void = () => undefined;
let revision = 1;
const dev: DevFiles = {
  get revision() {
    return revision;
  },
  list: () => edited,
  find: () => undefined,
  textOf: () => "nodes: [",
  watch(listener) {
    changed = listener;
    return () => undefined;
  },
};

const loop = {
  name: "listings",
  nodes: [{ id: "all", type: "loop", itemsSource: "inputs.items", body: [echo("price")] }],
};

let served: Served;
beforeAll(async () => {
  served = await serve({
    workflows: [greet, { ...greet, version: "2.0.0" }, loop],
    dev,
    storeAddress: "sqlite:ice.db",
  });
});
afterAll(() => served.close());

const graph = (name: string, token?: string) =>
  served.send(`/v1/workflows/${encodeURIComponent(name)}/graph`, token === undefined ? {} : { token });

test("a registered workflow is drawn before it has run, by name or version", async () => {
  expect((await graph("listings")).json()).toMatchObject({
    nodes: [
      { path: "all", type: "loop", dependencies: [] },
      { path: "all.price", parent: "all", group: "body" },
    ],
  });
  for (const name of ["greet", "greet@1.2.0", "greet@2.0.0"])
    expect((await graph(name)).json()).toMatchObject({ nodes: [{ id: "a" }] });
  expect((await graph("greet@3.0.0")).json()).toMatchObject({ status: 404, code: "ICE_WORKFLOW_UNKNOWN" });
  expect((await graph("gret")).json()).toMatchObject({ fix: expect.stringContaining("greet") });
  expect((await served.send("/v1/workflows/greet/graph?revision=1")).status).toBe(400);
});

test("a workflow is shown with its blueprint, for the scope read and in its tenant", async () => {
  const show = async (name: string, token?: string) =>
    (await served.send(`/v1/workflows/${name}`, token === undefined ? {} : { token })).json();
  expect(await show("greet")).toMatchObject({ name: "greet", version: "2.0.0", blueprint: { nodes: [{ id: "a" }] } });
  expect(await show("greet@1.2.0")).toMatchObject({ version: "1.2.0" });
  expect(await show("listings")).toMatchObject({ version: "0.0.0" });
  expect(await show("nothing")).toMatchObject({ status: 404, code: "ICE_WORKFLOW_UNKNOWN" });
  const json = { blueprint: blueprint([echo("mine")], { name: "mine" }) };
  expect((await served.send("/v1/blueprints", { json })).status).toBe(201);
  expect(await show("mine")).toMatchObject({ blueprint: { nodes: [{ id: "mine" }] } });
  expect(await show("mine", await served.tokenFor("other", ["read"], "other"))).toMatchObject({ status: 404 });
  expect(await show("greet", await served.tokenFor("runner", ["run"]))).toMatchObject({ status: 403 });
});

test("drawing takes the scope read, and other tenants see registered workflows alone", async () => {
  const run = await served.tokenFor("runner", ["run"]);
  expect((await graph("greet", run)).json()).toMatchObject({ status: 403, code: "ICE_SCOPE_MISSING" });
  expect((await served.send("/v1/workflows/greet/graph", { token: null })).status).toBe(401);
  const json = { blueprint: blueprint([echo("own")], { name: "own" }) };
  expect((await served.send("/v1/blueprints", { json })).status).toBe(201);
  expect((await graph("own")).json()).toMatchObject({ nodes: [{ id: "own" }] });
  const other = await served.tokenFor("other", ["read"], "other");
  expect((await graph("own", other)).status).toBe(404);
  expect((await graph("greet", other)).status).toBe(200);
});

test("the server says what it is; its store and its files are the owner's", async () => {
  expect((await served.send("/v1/server")).json()).toEqual({ version: "0.0.0", dev: true, store: "sqlite:ice.db" });
  const other = await served.tokenFor("reader", ["read"], "other");
  expect((await served.send("/v1/server", { token: other })).json()).toEqual({ version: "0.0.0", dev: false });
  expect((await served.send("/v1/dev/files", { token: other })).status).toBe(404);
  expect((await served.send("/v1/dev/files/flows%2Fpage.yaml", { token: other })).status).toBe(404);
  const run = await served.tokenFor("runner", ["run"]);
  expect((await served.send("/v1/dev/files", { token: run })).status).toBe(403);
});

test("a reader of edited files waits for a change, and only listed files have a text", async () => {
  expect((await served.send("/v1/dev/files")).json()).toMatchObject({ revision: 1, files: edited });
  const waiting = served.send("/v1/dev/files?after=1&wait=20");
  await expect.poll(() => changed.name).toBe("finish");
  revision = 2;
  changed();
  expect((await waiting).json()).toMatchObject({ revision: 2 });
  expect((await served.send("/v1/dev/files?after=1&wait=20")).json()).toMatchObject({ revision: 2 });
  expect((await served.send("/v1/dev/files?after=2&wait=0.05")).json()).toMatchObject({ revision: 2 });
  expect((await served.send("/v1/dev/files?wait=26")).status).toBe(400);
  expect((await served.send("/v1/dev/files/flows%2Fpage.yaml")).json()).toMatchObject({ text: "nodes: [" });
  for (const name of ["..%2F..%2Fpackage.json", "other.yaml"])
    expect((await served.send(`/v1/dev/files/${name}`)).status).toBe(404);
});
