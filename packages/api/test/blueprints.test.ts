import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { blueprint, echo, greet, serve, type Served } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve({ workflows: [greet] });
});
afterAll(() => served.close());

const named = (name: string, v: number): object => blueprint([echo("a", { v })], { name });
const put = (name: string, v: number, headers: Record<string, string>) =>
  served.send(`/v1/blueprints/${name}`, { method: "PUT", json: { blueprint: named(name, v) }, headers });

test("a blueprint is stored, replaced by who has seen it, and deleted", async () => {
  const created = await served.send("/v1/blueprints", { json: { blueprint: named("one", 1) } });
  expect([created.status, created.headers.location]).toEqual([201, "/v1/blueprints/one"]);
  expect(created.json()).toMatchObject({ name: "one", revision: 1, createdBy: "kim", issues: [] });
  const first = created.headers.etag!;
  expect((await put("one", 2, {})).json()).toMatchObject({ status: 428, code: "ICE_PRECONDITION_REQUIRED" });
  expect((await put("one", 2, { "if-match": "*" })).status).toBe(428);
  expect((await put("one", 2, { "if-match": '"x"' })).json()).toMatchObject({ status: 412 });
  const second = await put("one", 2, { "if-match": first });
  expect([second.status, second.json()["revision"]]).toEqual([200, 2]);
  expect((await put("one", 3, { "if-match": first })).status).toBe(412);
  expect((await put("one", 2, { "if-match": second.headers.etag! })).json()).toMatchObject({ revision: 2 });
  const { revisions } = (await served.send("/v1/blueprints/one/revisions")).json() as { revisions: object[] };
  expect(revisions).toMatchObject([{ revision: 2 }, { revision: 1 }]);
  const path = "/v1/blueprints/one?revision=1";
  expect((await served.send(path)).json()).toMatchObject({ blueprint: { nodes: [{ toolArgs: { v: 1 } }] } });
  expect((await served.send(path, { headers: { "if-none-match": first } })).status).toBe(304);
  expect((await served.send("/v1/blueprints/one?revision=7")).json()).toMatchObject({
    code: "ICE_BLUEPRINT_NOT_FOUND",
  });
  expect((await served.send("/v1/blueprints/one/graph")).json()).toMatchObject({ nodes: [{ id: "a" }] });
  const remove = (headers: Record<string, string>) => served.send("/v1/blueprints/one", { method: "DELETE", headers });
  expect((await remove({})).status).toBe(428);
  expect((await remove({ "if-match": second.headers.etag! })).status).toBe(204);
  expect((await remove({ "if-match": second.headers.etag! })).status).toBe(404);
});

test("one that does not exist is created by PUT only for who says so", async () => {
  expect((await put("two", 1, { "if-match": '"x"' })).status).toBe(404);
  expect((await put("two", 1, { "if-none-match": "*" })).status).toBe(201);
  expect((await put("two", 1, { "if-none-match": "*" })).status).toBe(412);
});

test("the address and the blueprint have the same name", async () => {
  const { status } = await served.send("/v1/blueprints/three", {
    method: "PUT",
    json: { blueprint: named("four", 1) },
    headers: { "if-none-match": "*" },
  });
  expect(status).toBe(400);
});

test("an invalid one is not stored, with all its issues, nor one that hides a registered workflow", async () => {
  const invalid = blueprint([echo("a", {}, { dependencies: ["b"] }), { id: "c", type: "tol" }], { name: "bad" });
  expect((await served.send("/v1/blueprints", { json: { blueprint: invalid } })).json()).toMatchObject({
    status: 422,
    code: "ICE_BLUEPRINT_INVALID",
    issues: [{ code: "ICE_NODE_TYPE_UNKNOWN", path: "/nodes/1/type" }, { code: "ICE_DEPENDENCY_UNKNOWN" }],
  });
  expect((await served.send("/v1/blueprints", { json: { blueprint: named("greet", 1) } })).json()).toMatchObject({
    code: "ICE_BLUEPRINT_EXISTS",
  });
  expect((await served.send("/v1/blueprints", { json: { blueprint: { nodes: [] } } })).status).toBe(422);
});

test("stored blueprints name each other, those of other tenants do not exist", async () => {
  const store = (nodes: readonly object[], name: string, token?: string) =>
    served.send("/v1/blueprints", { json: { blueprint: blueprint(nodes, { name }) }, ...(token && { token }) });
  await store([echo("x", { v: 5 })], "inner");
  const outer = [{ id: "w", type: "workflow", workflowRef: "inner" }];
  expect((await store(outer, "outer")).status).toBe(201);
  expect((await served.send("/v1/runs?wait=20", { json: { workflow: "outer" } })).json()).toMatchObject({
    status: "completed",
    output: { w: { x: { v: 5 } } },
  });
  const other = await served.tokenFor("other", ["read", "run", "author"], "other");
  expect((await store(outer, "outer", other)).json()).toMatchObject({ status: 422 });
  expect((await served.send("/v1/runs", { json: { workflow: "outer" }, token: other })).status).toBe(404);
});

test("what is valid is drawn, and no file of the server is read", async () => {
  const validate = async (given: object) => (await served.send("/v1/validate", { json: given })).json();
  expect(await validate({ blueprint: named("x", 1) })).toMatchObject({ valid: true, graph: { nodes: [{ id: "a" }] } });
  for (const workflowRef of ["./package.json", "/etc/passwd", "../not-there.yaml"])
    expect(await validate({ blueprint: blueprint([{ id: "w", type: "workflow", workflowRef }]) })).toMatchObject({
      valid: false,
      issues: [{ code: "ICE_FILE_DENIED" }],
    });
  expect((await served.send("/v1/validate", { json: {} })).status).toBe(400);
});

test("lists come in pages", async () => {
  const token = await served.tokenFor("pager", ["read", "author"], "pages");
  for (const name of ["a", "b", "c"])
    await served.send("/v1/blueprints", { json: { blueprint: named(name, 1) }, token });
  const names: unknown[] = [];
  for (let query = "?limit=2"; query !== "";) {
    const page = (await served.send(`/v1/blueprints${query}`, { token })).json();
    names.push((page["blueprints"] as { name: string }[]).map(({ name }) => name));
    query = page["next"] === null ? "" : `?limit=2&cursor=${String(page["next"])}`;
  }
  expect(names).toEqual([["a", "b"], ["c"]]);
  for (const path of ["/v1/blueprints", "/v1/blueprints/a/revisions"])
    expect((await served.send(`${path}?cursor=abc`, { token })).json()).toMatchObject({ code: "ICE_CURSOR_INVALID" });
});

test("a stored blueprint may contain more texts that could be references than a call has room for", async () => {
  const l = Array.from({ length: 130_000 }, (_, index) => ({ ref: `r${index}` }));
  const stored = blueprint([echo("a", { l })], { name: "many-refs" });
  const roomy = await serve({ limits: { bodyBytes: 4_000_000 } });
  onTestFinished(() => roomy.close());
  expect((await roomy.send("/v1/blueprints", { json: { blueprint: stored } })).status).toBe(201);
  const parent = blueprint([{ id: "w", type: "workflow", workflowRef: "many-refs" }]);
  expect((await roomy.send("/v1/validate", { json: { blueprint: parent } })).json()).toMatchObject({ valid: true });
  expect(roomy.reports).toEqual([]);
});

test("the bounds of the owner hold for what is validated, stored and started", async () => {
  const bounded = await serve({ bounds: { maxNodes: 2, maxDepth: 8 } });
  onTestFinished(() => bounded.close());
  const many = blueprint([echo("a"), echo("b"), echo("c")]);
  const deep = blueprint([echo("a", { x: [[[[[[1]]]]]] })]);
  for (const json of [{ blueprint: many }, { blueprint: deep }]) {
    const limit = { issues: [{ code: "ICE_BLUEPRINT_LIMIT" }] };
    expect((await bounded.send("/v1/validate", { json })).json()).toMatchObject({ valid: false, ...limit });
    for (const path of ["/v1/blueprints", "/v1/runs"])
      expect((await bounded.send(path, { json })).json(), path).toMatchObject({ status: 422, ...limit });
  }
  const two = { blueprint: blueprint([echo("a"), echo("b")]) };
  expect((await bounded.send("/v1/validate", { json: two })).json()).toMatchObject({ valid: true });
  expect((await bounded.send("/v1/blueprints", { json: two })).status).toBe(201);
});
