import { defineTool } from "@ice/core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ask, blueprint, echo, greet, serve, type Served } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve({ workflows: [greet] });
});
afterAll(() => served.close());

const hello = { workflow: "greet", inputs: { who: "kim" } };
const post = (
  json: unknown,
  { query = "?wait=20", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
) => served.send(`/v1/runs${query}`, { json, headers });

test("a start is answered once the run can be read", async () => {
  const { status, headers, json } = await post(hello, { query: "" });
  expect([status, json()]).toMatchObject([
    202,
    { workflow: { name: "greet", version: "1.2.0" }, startedAt: expect.any(Number) },
  ]);
  expect(headers.location).toBe(`/v1/runs/${String(json()["runId"])}`);
  expect((await served.send(headers.location!)).status).toBe(200);
  const { runs } = (await served.send("/v1/runs?limit=1")).json() as { runs: object[] };
  expect(runs).toMatchObject([{ runId: json()["runId"], createdBy: "kim" }]);
});

test("with `wait` it is answered by the result, or after that time", async () => {
  expect((await post(hello)).json()).toMatchObject({ status: "completed", output: { a: { hi: "kim" } } });
  expect((await post({ blueprint: blueprint([ask()]) })).json()).toMatchObject({
    status: "suspended",
    waiting: [{ path: "ask" }],
  });
  const sleeping = { blueprint: blueprint([{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 30_000 } }]) };
  const { status, json } = await post(sleeping, { query: "?wait=0.05" });
  expect([status, json()["status"]]).toEqual([202, "running"]);
  await served.send(`/v1/runs/${String(json()["runId"])}/cancel`, { method: "POST" });
});

test.each(["61", "-1", "1e1", "", "0.0001"])("`wait=%s` is refused", async (wait) => {
  expect((await post(hello, { query: `?wait=${wait}` })).status).toBe(400);
});

test.each([
  { workflow: "greet", blueprint: blueprint([echo("a")]) },
  {},
  { ...hello, runId: "../x" },
  { ...hello, runId: "k-mine" },
  { ...hello, runId: "s-daily-1" },
  { ...hello, options: { maxConcurrency: 1001 } },
  { ...hello, options: { tenant: "other" } },
  { ...hello, createdBy: "lee" },
])("a body that is refused: %j", async (body) => {
  expect(await post(body)).toMatchObject({ status: 400 });
});

test("text is read where the server can read it, and otherwise refused", async () => {
  expect((await post({ text: "a: [" })).json()).toMatchObject({ code: "ICE_REQUEST_INVALID" });
});

test("a workflow with a similar name is suggested", async () => {
  expect((await post({ workflow: "grete" })).json()).toMatchObject({
    code: "ICE_WORKFLOW_UNKNOWN",
    status: 404,
    fix: 'did you mean "greet"?',
  });
});

test("a key makes one run of many requests, whatever the order of the fields", async () => {
  const headers = { "idempotency-key": "order-17" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      post(index % 2 === 0 ? hello : { inputs: { who: "kim" }, workflow: "greet" }, { query: "", headers }),
    ),
  );
  expect(new Set(answers.map(({ json }) => json()["runId"])).size).toBe(1);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(answers.filter(({ headers: own }) => own["idempotency-replayed"] === undefined)).toHaveLength(1);
  const replayed = await post(hello, { headers });
  expect([replayed.status, replayed.json()["status"], replayed.headers["idempotency-replayed"]]).toEqual([
    200,
    "completed",
    "true",
  ]);
  const other = await post({ ...hello, inputs: { who: "lee" } }, { headers });
  expect(other.json()).toMatchObject({ status: 422, code: "ICE_IDEMPOTENCY_MISMATCH" });
  expect((await post({ ...hello, runId: "r" }, { headers })).status).toBe(400);
  expect((await post(hello, { headers: { "idempotency-key": "a b" } })).status).toBe(400);
});

test("a document has an entity tag, a position, and at most a thousand nodes", async () => {
  const items = {
    id: "l",
    type: "loop",
    itemsSource: "range(600)",
    body: [echo("x"), echo("y")],
    onItemError: "collect",
  };
  const { json } = await post({ blueprint: blueprint([items]) });
  const path = `/v1/runs/${String(json()["runId"])}`;
  const { headers, json: document } = await served.send(path);
  const { nodes, nodesOmitted } = document() as { nodes: object; nodesOmitted: number };
  expect([Object.keys(nodes).length, nodesOmitted]).toEqual([1000, 201]);
  expect((await served.send(path, { headers: { "if-none-match": `"x", W/${headers.etag!}` } })).status).toBe(304);
  const none = await served.send(`${path}?nodes=none`, { headers: { "if-none-match": headers.etag! } });
  expect([none.status, none.json()["nodes"]]).toEqual([200, undefined]);
  const seen: string[] = [];
  for (let next: string | null = ""; next !== null;) {
    const page = await served.send(`${path}/nodes?limit=200&under=l&${next === "" ? "" : `cursor=${next}`}`);
    const { nodes: entries, next: following } = page.json() as { nodes: { path: string }[]; next: string | null };
    seen.push(...entries.map((entry) => entry.path));
    next = following;
  }
  expect([seen.length, new Set(seen).size]).toEqual([1201, 1201]);
  const foreign = await served.send(`${path}/nodes?limit=200&status=failed&cursor=abc`);
  expect(foreign.json()).toMatchObject({ code: "ICE_CURSOR_INVALID" });
});

test("a document and a page have room for so many outputs, and the next page has the others", async () => {
  const large = defineTool({ name: "large", args: z.object({}), run: () => "x".repeat(7_000_000) });
  const other = await serve({ tools: [large as never] });
  onTestFinished(() => other.close());
  const nodes = ["a", "b", "c", "d"].map((id) => ({ id, type: "tool", toolName: "large", dependencies: [] }));
  await other.send("/v1/runs?wait=20", { json: { blueprint: blueprint(nodes, { outputs: {} }), runId: "r" } });
  const document = (await other.send("/v1/runs/r")).json() as { nodes: object; nodesOmitted: number };
  expect([Object.keys(document.nodes).length, document.nodesOmitted]).toEqual([2, 2]);
  const first = (await other.send("/v1/runs/r/nodes")).json() as { nodes: { path: string }[]; next: string };
  const second = (await other.send(`/v1/runs/r/nodes?cursor=${first.next}`)).json() as typeof first;
  expect([first.nodes, second.nodes, second.next]).toMatchObject([{ length: 2 }, { length: 2 }, null]);
  expect(new Set([...first.nodes, ...second.nodes].map(({ path }) => path))).toEqual(new Set(["a", "b", "c", "d"]));
});

test("a document contains the inputs, with and without nodes", async () => {
  await post({ ...hello, runId: "with-inputs" });
  for (const query of ["", "?nodes=none"])
    expect((await served.send(`/v1/runs/with-inputs${query}`)).json()).toMatchObject({ inputs: { who: "kim" } });
});

test("a node is shown with what is recorded of it", async () => {
  const failing = {
    id: "f",
    type: "tool",
    toolName: "fail",
    toolArgs: { untilAttempt: 1 },
    retryPolicy: { maxAttempts: 2, backoffSeconds: 0.01 },
  };
  const { json } = await post({ blueprint: blueprint([failing, ask("ask", { promptMessage: "Go {{ 1 + 1 }}?" })]) });
  const path = `/v1/runs/${String(json()["runId"])}/nodes`;
  expect((await served.send(`${path}/f`)).json()).toMatchObject({
    path: "f",
    status: "completed",
    attempts: 2,
    attemptLog: [{ attempt: 1 }],
  });
  expect((await served.send(`${path}/ask`)).json()).toMatchObject({
    status: "waiting",
    waiting: { kind: "human", promptMessage: "Go 2?" },
    input: { promptMessage: "Go 2?" },
  });
  expect((await served.send(`${path}/f`)).json()).toMatchObject({ steps: [], usage: { toolCalls: 2 } });
  expect((await served.send(`${path}/unknown`)).json()).toMatchObject({ status: 404, code: "ICE_NODE_NOT_FOUND" });
});

test("the graph has the dependencies that expressions add", async () => {
  const condition = { id: "c", type: "condition", expression: "a.v == 1", truePath: [echo("t")] };
  const { json } = await post({ blueprint: blueprint([echo("a", { v: 1 }), condition]) });
  const { nodes } = (await served.send(`/v1/runs/${String(json()["runId"])}/graph`)).json() as { nodes: object[] };
  expect(nodes).toMatchObject([
    { id: "a", path: "a", dependencies: [] },
    { id: "c", dependencies: ["a"] },
    { id: "t", path: "c.t", parent: "c", group: "truePath", dependencies: [] },
  ]);
});

test("a list says how many nodes have ended, why a run failed, and on request how many runs there are", async () => {
  const failing = { id: "f", type: "tool", toolName: "fail", toolArgs: {} };
  const { json } = await post({ blueprint: blueprint([echo("a"), failing]) });
  expect(json()).toMatchObject({ status: "failed" });
  const list = async (query: string) => (await served.send(`/v1/runs?limit=1${query}`)).json();
  expect(await list("")).toMatchObject({ runs: [{ nodes: 2, error: { path: "f", code: expect.any(String) } }] });
  expect(await list("")).not.toHaveProperty("counts");
  const { counts, next } = await list("&status=failed&counts=true");
  expect(counts).toMatchObject({ failed: expect.any(Number), completed: expect.any(Number) });
  expect((counts as { completed: number }).completed).toBeGreaterThan(0);
  // Whether it is counted is no part of what a cursor is for.
  expect(
    next === null || (await served.send(`/v1/runs?limit=1&status=failed&cursor=${String(next)}`)).status === 200,
  ).toBe(true);
  expect((await served.send("/v1/runs?counts=yes")).status).toBe(400);
});

test("the blueprint of a run is shown to those who may read it, in its tenant", async () => {
  const started = blueprint([echo("a", { v: 1 })]);
  const { json } = await post({ blueprint: started });
  const path = `/v1/runs/${String(json()["runId"])}/blueprint`;
  const shown = await served.send(path);
  expect(shown.json()).toEqual({
    name: expect.any(String),
    version: expect.any(String),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    blueprint: expect.objectContaining(started),
  });
  expect((await served.send(path, { headers: { "if-none-match": shown.headers.etag! } })).status).toBe(304);
  expect((await served.send(path, { token: await served.tokenFor("w", ["run", "author"]) })).status).toBe(403);
  const elsewhere = await served.tokenFor("lee", ["read"], "acme");
  expect((await served.send(path, { token: elsewhere })).json()).toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  // What was started without an author is shown as it was registered.
  const registered = await post(hello);
  expect((await served.send(`/v1/runs/${String(registered.json()["runId"])}/blueprint`)).json()).toMatchObject({
    name: "greet",
    version: "1.2.0",
  });
});

test("a network starts, is shown, and continues with an answer", async () => {
  const gate = { schemaVersion: "ice/v1", name: "gate", version: "1.0.0", nodes: [ask()] };
  await served.send("/v1/blueprints", { json: { blueprint: gate } });
  const manifest = { schemaVersion: "ice-network/v1", name: "net", workflows: [{ id: "g", ref: "gate" }] };
  const { json } = await post({ blueprint: manifest });
  expect(json()).toMatchObject({ name: "net", status: "suspended", waiting: ["g"] });
  const runId = String(json()["runId"]);
  const { tasks } = (await served.send(`/v1/tasks?runId=${runId}.g`)).json() as { tasks: { token: string }[] };
  expect((await served.send(`/v1/tasks/${tasks[0]!.token}`, { json: { approved: true } })).status).toBe(200);
  await expect
    .poll(async () => (await served.send(`/v1/runs/${runId}`)).json(), { timeout: 5000 })
    .toMatchObject({ status: "completed", workflows: { g: { output: { ask: { approved: true } } } } });
  expect(await post({ blueprint: manifest, inputs: {} })).toMatchObject({ status: 400 });
});

test("a signal reaches a run that waits for it, once", async () => {
  const paid = { id: "w", type: "wait", signal: "paid" };
  const shipped = { id: "x", type: "wait", signal: "shipped", dependencies: ["w"] };
  const { json } = await post({ blueprint: blueprint([paid, shipped]) });
  const runId = String(json()["runId"]);
  const token = await served.tokenFor("hook", ["signal"]);
  const signal = (body: object, name = "paid") =>
    served.send(`/v1/runs/${runId}/signals/${name}`, { json: body, token });
  expect((await signal({ payload: 7, id: "one" })).json()).toMatchObject({
    runId,
    signal: "paid",
    accepted: true,
    duplicate: false,
  });
  expect((await signal({ payload: 8, id: "one" })).json()).toMatchObject({ duplicate: true });
  expect((await signal({}, "shipped")).json()).toMatchObject({ accepted: true });
  await expect
    .poll(async () => (await served.send(`/v1/runs/${runId}`)).json(), { timeout: 5000 })
    .toMatchObject({ status: "completed" });
  expect((await signal({}, "later")).json()).toMatchObject({ status: 409, code: "ICE_RUN_ENDED" });
  expect((await signal({}, "no%20name")).status).toBe(422);
});
