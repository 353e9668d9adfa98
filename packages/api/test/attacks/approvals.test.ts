import { accessScopes } from "@ice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, blueprint, echo, serve, type Answer, type Sent, type Served } from "../serve.ts";
import { problemOf } from "./scene.ts";

let served: Served;
/** A token that may answer, and nothing else. */
let lee: string;
beforeAll(async () => {
  served = await serve({ limits: { requestsPerSecond: 1e6, burst: 1e6, wrongTokensPerMinute: 1e6 } });
  lee = await served.tokenFor("lee", ["respond"]);
});
afterAll(async () => {
  expect(served.reports).toEqual([]);
  await served.close();
});

/** A request that a run has made. */
interface Asked {
  readonly runId: string;
  readonly token: string;
}

const tokenOf = async (runId: string): Promise<string> => {
  const { tasks } = (await served.send(`/v1/tasks?runId=${runId}`)).json() as { tasks: { token: string }[] };
  return tasks[0]!.token;
};

/** A run that asks: `paid` follows the approval. */
async function asked(more: object = {}, nodes: readonly object[] = []): Promise<Asked> {
  const paid = echo("paid", { by: "{{ ask.respondedBy }}" });
  const { json } = await served.send("/v1/runs?wait=20", {
    json: { blueprint: blueprint([ask("ask", more), paid, ...nodes]) },
  });
  const runId = String(json()["runId"]);
  return { runId, token: await tokenOf(runId) };
}

const yes = { approved: true };
const answer = (token: string, sent: Sent = {}): Promise<Answer> =>
  served.send(`/v1/tasks/${token}`, { token: lee, ...(sent.body === undefined && { json: yes }), ...sent });

/** That nothing was approved: the request is open, and the genuine token still opens it. */
async function expectOpen({ runId, token }: Asked): Promise<void> {
  const { json } = await served.send(`/v1/runs/${runId}`);
  expect(json()).toMatchObject({ status: "suspended", waiting: [{ path: "ask" }] });
  expect((await answer(token)).status).toBe(200);
}

const encoded = (claim: unknown): string => Buffer.from(JSON.stringify(claim)).toString("base64url");
const partsOf = (token: string): readonly [string, string] => token.split(".") as [string, string];
/** The last letter of base64url has spare bits, so one in the middle is changed. */
const altered = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;

describe("a token that was not made for the request opens nothing", () => {
  const forgeries: Readonly<Record<string, (own: Asked, other: Asked) => string>> = {
    "the claim alone": ({ token }) => partsOf(token)[0],
    "an empty signature": ({ token }) => `${partsOf(token)[0]}.`,
    "no claim": ({ token }) => `.${partsOf(token)[1]}`,
    "the claim as signature": ({ token }) => `${partsOf(token)[0]}.${partsOf(token)[0]}`,
    "the signature of another run": ({ token }, other) => `${partsOf(token)[0]}.${partsOf(other.token)[1]}`,
    "the claim of another run": ({ token }, other) => `${partsOf(other.token)[0]}.${partsOf(token)[1]}`,
    "another node": ({ runId, token }) => `${encoded([runId, "paid", 1])}.${partsOf(token)[1]}`,
    "a node with the name of a prototype": ({ runId, token }) =>
      `${encoded([runId, "__proto__", 1])}.${partsOf(token)[1]}`,
    "another request of the node": ({ runId, token }) => `${encoded([runId, "ask", 2])}.${partsOf(token)[1]}`,
    "a run that is not there": ({ token }) => `${encoded(["unknown", "ask", 1])}.${partsOf(token)[1]}`,
    "a run with the name of a path": ({ token }) => `${encoded(["../x", "ask", 1])}.${partsOf(token)[1]}`,
    "a claim that is an object": ({ token }) => `${encoded({ runId: "x" })}.${partsOf(token)[1]}`,
    "a claim of objects": ({ token }) => `${encoded([{}, {}, {}])}.${partsOf(token)[1]}`,
    "a claim that nests": ({ token }) => `${Buffer.from("[".repeat(900)).toString("base64url")}.${partsOf(token)[1]}`,
    "the first letter of the signature changed": ({ token }) => `${partsOf(token)[0]}.${altered(partsOf(token)[1], 0)}`,
    "a letter in the middle changed": ({ token }) => `${partsOf(token)[0]}.${altered(partsOf(token)[1], 20)}`,
    "a letter of the claim changed": ({ token }) => altered(token, 5),
    "a letter more": ({ token }) => `${token}A`,
    "a letter less": ({ token }) => token.slice(0, -1),
    "a part more": ({ token }) => `${token}.x`,
    padding: ({ token }) => `${token}=`,
    "another case": ({ token }) => token.toUpperCase(),
    blanks: ({ token }) => `%20${token}`,
    "the id of the run": ({ runId }) => runId,
    "the path of the node": () => "ask",
  };
  let own: Asked;
  let other: Asked;
  beforeAll(async () => {
    own = await asked();
    other = await asked();
  });
  afterAll(async () => {
    await expectOpen(own);
    await expectOpen(other);
  });

  test.each(Object.keys(forgeries))("%s", async (name) => {
    expect(problemOf(await answer(forgeries[name]!(own, other)))).toEqual([404, "ICE_TOKEN_INVALID"]);
  });

  test("the token of another tenant's caller", async () => {
    const eve = await served.tokenFor("eve", accessScopes, "other");
    expect(problemOf(await answer(own.token, { token: eve }))).toEqual([404, "ICE_TOKEN_INVALID"]);
  });
});

describe("a request that does not come from who may answer changes nothing", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const attacks: Readonly<Record<string, readonly [Sent, number, string]>> = {
    "a mail scanner opens the link": [{ method: "GET", body: "" }, 405, "ICE_METHOD_NOT_ALLOWED"],
    "a browser asks what is allowed": [{ method: "OPTIONS", body: "" }, 405, "ICE_METHOD_NOT_ALLOWED"],
    "a form with fields": [{ body: "approved=true", headers: form }, 415, "ICE_MEDIA_TYPE"],
    "a form that is JSON": [
      { body: '{"approved":true}', headers: { "content-type": "text/plain" } },
      415,
      "ICE_MEDIA_TYPE",
    ],
    "a beacon": [{ body: '{"approved":true}', headers: {} }, 415, "ICE_MEDIA_TYPE"],
    "a form with files": [
      { body: "x", headers: { "content-type": "multipart/form-data; boundary=x" } },
      415,
      "ICE_MEDIA_TYPE",
    ],
    "the page of another site": [{ headers: { origin: "https://evil.test" } }, 403, "ICE_ORIGIN_DENIED"],
    "a page without an origin": [{ headers: { origin: "null" } }, 403, "ICE_ORIGIN_DENIED"],
    "another name of the server": [{ headers: { host: "evil.test" } }, 421, "ICE_HOST_DENIED"],
    "the token of the request alone": [{ token: null }, 401, "ICE_AUTH_REQUIRED"],
    "the token of the request as one of a caller": [{ token: "TASK" }, 401, "ICE_AUTH_INVALID"],
    "a cookie": [{ token: null, headers: { cookie: "session=1" } }, 401, "ICE_AUTH_REQUIRED"],
    "two answers": [{ json: { approved: false, choice: "x" } }, 400, "ICE_REQUEST_INVALID"],
    "no answer": [{ json: {} }, 400, "ICE_REQUEST_INVALID"],
    null: [{ json: { approved: null } }, 400, "ICE_REQUEST_INVALID"],
    "a text": [{ json: { approved: "true" } }, 400, "ICE_REQUEST_INVALID"],
    "a number": [{ json: { approved: 1 } }, 400, "ICE_REQUEST_INVALID"],
    "a list": [{ json: { approved: [true] } }, 400, "ICE_REQUEST_INVALID"],
    "the name of someone else": [{ json: { approved: true, by: "kim" } }, 400, "ICE_REQUEST_INVALID"],
    "in the name of someone else": [{ json: { approved: true, as: "kim" } }, 403, "ICE_SCOPE_MISSING"],
    "another kind of answer": [{ json: { choice: "yes" } }, 422, "ICE_RESPONSE_INVALID"],
    "any data": [{ json: { response: { approved: true } } }, 422, "ICE_RESPONSE_INVALID"],
  };
  let own: Asked;
  beforeAll(async () => {
    own = await asked();
  });
  afterAll(() => expectOpen(own));

  test.each(Object.keys(attacks))("%s", async (name) => {
    const [sent, status, code] = attacks[name]!;
    const token = sent.token === "TASK" ? { token: own.token } : {};
    expect(problemOf(await answer(own.token, { ...sent, ...token }))).toEqual([status, code]);
  });

  test("a HEAD request", async () => {
    expect((await answer(own.token, { method: "HEAD", body: "" })).status).toBe(405);
  });

  test.each(accessScopes.filter((scope) => scope !== "respond"))("the scope %s alone", async (scope) => {
    const token = await served.tokenFor("eve", [scope]);
    expect(problemOf(await answer(own.token, { token }))).toEqual([403, "ICE_SCOPE_MISSING"]);
  });

  test("who may only read sees no token", async () => {
    const token = await served.tokenFor("eve", ["read"]);
    for (const path of ["/v1/tasks", `/v1/runs/${own.runId}`, `/v1/runs/${own.runId}/nodes/ask`])
      expect((await served.send(path, { token })).text).not.toContain(partsOf(own.token)[1].slice(0, 20));
  });
});

describe("a request that is closed stays closed", () => {
  const closings: Readonly<Record<string, (own: Asked) => Promise<unknown>>> = {
    "after an answer": ({ token }) => answer(token),
    "after a refusal": ({ token }) => answer(token, { json: { approved: false } }),
    "after the run was cancelled": async ({ runId }) => {
      await served.send(`/v1/runs/${runId}/cancel`, { json: {} });
      await expect
        .poll(async () => (await served.send(`/v1/runs/${runId}`)).json(), { timeout: 5000 })
        .toMatchObject({ status: "cancelled" });
    },
  };
  test.each(Object.keys(closings))("%s", async (name) => {
    const own = await asked();
    await closings[name]!(own);
    expect(problemOf(await answer(own.token))).toEqual([409, "ICE_REQUEST_CLOSED"]);
  });

  test("after its deadline", async () => {
    const own = await asked({ timeoutSeconds: 0.2 });
    const openTasks = async () => (await served.send(`/v1/tasks?runId=${own.runId}`)).json();
    await expect.poll(openTasks, { timeout: 5000 }).toMatchObject({ tasks: [] });
    expect(problemOf(await answer(own.token))).toEqual([409, "ICE_REQUEST_CLOSED"]);
  });

  test("the first of several answers is reported, with who gave it", async () => {
    const own = await asked();
    await answer(own.token, { json: { approved: false } });
    const second = await answer(own.token, { token: served.token });
    expect(second.json()).toMatchObject({ first: { by: "lee", answer: { approved: false }, at: expect.any(Number) } });
  });

  test("two answers at once are one", async () => {
    const own = await asked();
    const answers = await Promise.all([true, false].map((approved) => answer(own.token, { json: { approved } })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test("the token of an attempt does not answer the next one", async () => {
    const loop = { id: "each", type: "loop", itemsSource: "[1, 2]", body: [ask("ask")] };
    const { json } = await served.send("/v1/runs?wait=20", { json: { blueprint: blueprint([loop]) } });
    const runId = String(json()["runId"]);
    const first = await tokenOf(runId);
    expect((await answer(first)).status).toBe(200);
    await expect
      .poll(async () => (await served.send(`/v1/tasks?runId=${runId}`)).text, { timeout: 5000 })
      .toContain("each[1]");
    expect(problemOf(await answer(first))).toEqual([409, "ICE_REQUEST_CLOSED"]);
  });
});

describe("who answers", () => {
  test("is one of those who were asked", async () => {
    const own = await asked({ assignees: ["kim"] });
    expect(problemOf(await answer(own.token))).toEqual([403, "ICE_RESPONSE_DENIED"]);
    const spelt = await served.tokenFor("KIM", ["respond"]);
    expect(problemOf(await answer(own.token, { token: spelt }))).toEqual([403, "ICE_RESPONSE_DENIED"]);
    expect((await answer(own.token, { token: served.token })).status).toBe(200);
  });

  test("is recorded as the token names them, in another's name with that scope alone", async () => {
    const own = await asked();
    const proxy = await served.tokenFor("desk", ["respond", "act-as"]);
    expect((await answer(own.token, { token: proxy, json: { approved: true, as: "mia" } })).status).toBe(200);
    await expect
      .poll(async () => (await served.send(`/v1/runs/${own.runId}`)).json(), { timeout: 5000 })
      .toMatchObject({ output: { paid: { by: "mia" } } });
  });

  test("a run cannot answer itself, by a tool or by MCP", async () => {
    const own = await asked();
    const call = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const headers = { accept: "application/json, text/event-stream" };
    const { text } = await served.send("/mcp", { json: call, headers });
    expect(text).not.toMatch(/respond|approve/i);
    const signal = await served.send(`/v1/runs/${own.runId}/signals/ask`, {
      json: { payload: yes, id: "answer:ask:1" },
    });
    expect(signal.status).toBe(202);
    await expectOpen(own);
  });
});

test.each(["<script>alert(1)</script>", "\u202eevil", "\u0007\u001b[2J", "line\r\nset-cookie: x=1"])(
  "a hostile prompt is data, and nothing of it becomes a header: %j",
  async (promptMessage) => {
    const { runId } = await asked({ promptMessage });
    const { text, headers, json } = await served.send(`/v1/tasks?runId=${runId}`);
    expect(json()).toMatchObject({ tasks: [{ promptMessage }] });
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(headers).toMatchObject({ "content-type": "application/json", "x-content-type-options": "nosniff" });
    expect(headers).not.toHaveProperty("set-cookie");
  },
);
