import { accessScopes } from "@ice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../read-events.ts";
import { ask, blueprint, echo } from "../serve.ts";
import { openScene, problemOf, type Scene } from "./scene.ts";

// Two tenants of one server: `default` has what the scene makes, `other` is Eve's. Requests by id stand in `routes.test.ts`.

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ mcp: { tools: ["echo"] } });
});
afterAll(async () => {
  expect(scene.reports).toEqual([]);
  await scene.close();
});

const asEve = (path: string, json?: object, headers: Readonly<Record<string, string>> = {}) =>
  scene.send(path, { token: scene.foreign, json, headers });
const asKim = (path: string, json?: object, headers: Readonly<Record<string, string>> = {}) =>
  scene.send(path, { json, headers });
const secret = { workflow: "greet", inputs: { who: "a secret of kim" } };
const hers = { workflow: "greet", inputs: { who: "eve" } };

describe("what both may name alike stays apart", () => {
  test("the id of a run", async () => {
    await asKim("/v1/runs?wait=20", { ...secret, runId: "same" });
    const own = await asEve("/v1/runs?wait=20", { ...hers, runId: "same" });
    expect(own.json()).toMatchObject({ status: "completed", output: { a: { hi: "eve" } } });
    expect((await asKim("/v1/runs/same")).json()).toMatchObject({ inputs: secret.inputs });
    expect((await asEve("/v1/runs/same")).json()).toMatchObject({ inputs: hers.inputs });
    expect((await asEve("/v1/runs")).text).not.toContain("secret");
  });

  test("an idempotency key", async () => {
    const headers = { "idempotency-key": "order-17" };
    const first = await asKim("/v1/runs?wait=20", secret, headers);
    const second = await asEve("/v1/runs?wait=20", secret, headers);
    expect(second.headers).not.toHaveProperty("idempotency-replayed");
    expect(second.json()["runId"]).not.toBe(first.json()["runId"]);
    expect((await asEve(`/v1/runs/${String(first.json()["runId"])}`)).status).toBe(404);
  });

  test("a stored blueprint, and what refers to it", async () => {
    const secretOnes = blueprint([echo("a", { secret: "of kim" })], { name: "plan" });
    expect((await asKim("/v1/blueprints", { blueprint: secretOnes })).status).toBe(201);
    const parent = blueprint([{ id: "w", type: "workflow", workflowRef: "plan" }]);
    const refused = await asEve("/v1/runs", { blueprint: parent });
    expect(problemOf(refused)).toEqual([422, "ICE_BLUEPRINT_INVALID"]);
    expect((await asEve("/v1/validate", { blueprint: parent })).json()).toMatchObject({ valid: false });
    expect(problemOf(await asEve("/v1/runs", { workflow: "plan" }))).toEqual([404, "ICE_WORKFLOW_UNKNOWN"]);
    // No suggestion names what others have stored.
    for (const near of [
      await asEve("/v1/runs", { workflow: "pln" }),
      await asEve("/v1/validate", { blueprint: parent }),
    ])
      expect(near.text.replaceAll('"plan"', "")).not.toMatch(/did you mean/);
    const own = await asEve("/v1/blueprints", { blueprint: blueprint([echo("a", { v: 1 })], { name: "plan" }) });
    expect([own.status, own.json()["revision"]]).toEqual([201, 1]);
    expect((await asEve("/v1/runs?wait=20", { workflow: "plan" })).json()).toMatchObject({ output: { a: { v: 1 } } });
    expect((await asKim("/v1/blueprints/plan")).json()).toMatchObject({ createdBy: "kim", revision: 1 });
  });

  test("a signal", async () => {
    const waits = blueprint([{ id: "w", type: "wait", signal: "paid" }]);
    await asKim("/v1/runs?wait=20", { blueprint: waits, runId: "waits" });
    await asEve("/v1/runs?wait=20", { blueprint: waits, runId: "waits" });
    expect((await asEve("/v1/runs/waits/signals/paid", { payload: 1 })).status).toBe(202);
    await expect
      .poll(async () => (await asEve("/v1/runs/waits")).json(), { timeout: 5000 })
      .toMatchObject({ status: "completed" });
    expect((await asKim("/v1/runs/waits")).json()).toMatchObject({ status: "suspended" });
  });

  test("a signal of a workflow", async () => {
    await asKim("/v1/runs?wait=20", { blueprint: blueprint([{ id: "w", type: "wait", signal: "x" }]), runId: "kims" });
    const sends = { toolName: "signal", toolArgs: { name: "x", runId: "kims" } };
    const { json } = await asEve("/v1/runs?wait=20", { blueprint: blueprint([{ id: "s", type: "tool", ...sends }]) });
    expect(json()).toMatchObject({ status: "failed", error: { path: "s" } });
    expect((await asKim("/v1/runs/kims")).json()).toMatchObject({ status: "suspended" });
  });
});

describe("a cursor is of use to the list and the tenant that it was made for", () => {
  const lists = {
    runs: "/v1/runs?limit=1",
    tasks: "/v1/tasks?limit=1",
    nodes: "/v1/runs/nodes/nodes?limit=1",
  } as const;
  const cursors = new Map<string, string>();
  beforeAll(async () => {
    for (const token of [scene.token, scene.foreign]) {
      const nodes = blueprint([echo("a"), echo("b"), ask("x"), ask("y")]);
      await scene.send("/v1/runs?wait=20", { json: { blueprint: nodes, runId: "nodes" }, token });
      await scene.send("/v1/runs?wait=20", { json: { blueprint: nodes, runId: "more" }, token });
    }
    for (const [name, path] of Object.entries(lists)) cursors.set(name, String((await asKim(path)).json()["next"]));
  });

  test.each(Object.keys(lists))("the one of %s does not pass for another tenant", async (name) => {
    const path = `${lists[name as keyof typeof lists]}&cursor=${cursors.get(name)!}`;
    expect((await asKim(path)).status).toBe(200);
    expect(problemOf(await asEve(path))).toEqual([400, "ICE_CURSOR_INVALID"]);
  });

  const pairs = Object.keys(lists).flatMap((of) => Object.keys(lists).map((at) => [of, at] as const));
  test.each(pairs.filter(([of, at]) => of !== at))("the one of %s does not pass for %s", async (of, at) => {
    const path = `${lists[at as keyof typeof lists]}&cursor=${cursors.get(of)!}`;
    expect(problemOf(await asKim(path))).toEqual([400, "ICE_CURSOR_INVALID"]);
  });

  test.each(["&status=failed", "&workflow=x", "&since=0"])("nor with another selection: %s", async (more) => {
    expect(problemOf(await asKim(`${lists.runs}&cursor=${cursors.get("runs")!}${more}`))).toEqual([
      400,
      "ICE_CURSOR_INVALID",
    ]);
  });

  test("nor for the nodes of another run", async () => {
    const path = `/v1/runs/more/nodes?limit=1&cursor=${cursors.get("nodes")!}`;
    expect(problemOf(await asKim(path))).toEqual([400, "ICE_CURSOR_INVALID"]);
  });

  test("nor when it was changed", async () => {
    const cursor = cursors.get("runs")!;
    const [body, signature] = cursor.split(".") as [string, string];
    const later = Buffer.from(JSON.stringify([9e15, 9e15])).toString("base64url");
    for (const wrong of [`${later}.${signature}`, body, `${body}.`, `${cursor}.x`, `.${signature}`, `${cursor}A`])
      expect(problemOf(await asKim(`${lists.runs}&cursor=${wrong}`)), wrong).toEqual([400, "ICE_CURSOR_INVALID"]);
  });
});

describe("streams of events", () => {
  test("live events and records of another tenant's run with the same id are not sent", async () => {
    const slow = blueprint([
      { id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 300 } },
      echo("k", {}, { dependencies: ["s"] }),
    ]);
    await scene.send("/v1/runs", { json: { blueprint: blueprint([ask()]), runId: "twin" }, token: scene.foreign });
    await asKim("/v1/runs", { blueprint: slow, runId: "twin" });
    const read = (token: string, path = "/v1/runs/twin/events") =>
      readEvents(scene, path, {
        token,
        until: (frames) => frames.some(({ data }) => ["suspended", "completed"].includes(String(data["status"]))),
      });
    const [kims, eves] = await Promise.all([read(scene.token), read(scene.foreign)]);
    const pathsOf = (frames: typeof kims.frames) => new Set(frames.flatMap(({ data }) => data["path"] ?? []));
    expect(pathsOf(kims.frames)).toEqual(new Set(["s", "k"]));
    expect(pathsOf(eves.frames)).toEqual(new Set(["ask"]));
  });
});

describe("MCP", () => {
  const headers = { accept: "application/json, text/event-stream" };
  const speak = async (token: string, method: string, params: object = {}) =>
    (await scene.send("/mcp", { json: { jsonrpc: "2.0", id: 1, method, params }, headers, token })).text;

  test("the tools of a caller are the workflows of the tenant", async () => {
    const plan = blueprint([echo("a", { v: "kim" })], { name: "only_kims" });
    await asKim("/v1/blueprints", { blueprint: plan });
    expect(await speak(scene.token, "tools/list")).toContain("only_kims");
    expect(await speak(scene.foreign, "tools/list")).not.toContain("only_kims");
    const call = await speak(scene.foreign, "tools/call", { name: "only_kims", arguments: {} });
    expect(call).toContain("There is no tool");
  });

  test("a call is cancelled by its caller alone", async () => {
    const slow = blueprint([{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 500 } }], { name: "slow" });
    await asKim("/v1/blueprints", { blueprint: slow });
    const called = speak(scene.token, "tools/call", { name: "slow", arguments: {} });
    await expect.poll(async () => (await asKim("/v1/runs?workflow=slow&status=running")).text).toContain("slow");
    const colleague = await scene.tokenFor("lee", accessScopes);
    for (const token of [scene.foreign, colleague])
      await scene.send("/mcp", {
        json: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
        headers,
        token,
      });
    expect(await called).not.toContain("cancelled");
    expect((await asKim("/v1/runs?workflow=slow")).json()).toMatchObject({ runs: [{ status: "completed" }] });
  });

  test.each([
    ["a method that is not there", "respond", {}],
    ["a prototype as a tool", "tools/call", { name: "__proto__", arguments: {} }],
    ["the tool that it is not given", "tools/call", { name: "tool_fail", arguments: {} }],
    ["arguments that are no object", "tools/call", { name: "greet", arguments: [1] }],
    ["a name that is no text", "tools/call", { name: { a: 1 } }],
    ["inputs that do not fit", "tools/call", { name: "greet", arguments: { who: 1 } }],
  ])("%s is an error", async (_name, method, params) => {
    const text = await speak(scene.foreign, method, params);
    expect(text).toMatch(/"error"/);
    expect(text).not.toMatch(/node_modules|\\n\s+at /);
  });
});
