import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, blueprint, echo, serve, type Served } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

/** A run that asks, and the token of its request. */
const asked = async (more: object = {}): Promise<{ runId: string; task: string }> => {
  const { json } = await served.send("/v1/runs?wait=20", {
    json: { blueprint: blueprint([ask("ask", more), echo("z", { by: "{{ ask.respondedBy }}" })]) },
  });
  const runId = String(json()["runId"]);
  const { tasks } = (await served.send(`/v1/tasks?runId=${runId}`)).json() as { tasks: { token: string }[] };
  return { runId, task: tasks[0]!.token };
};
const answer = (task: string, json: object, token = served.token) => served.send(`/v1/tasks/${task}`, { json, token });

test("who answers is who the token names, and the run goes on", async () => {
  const { runId, task } = await asked();
  const lee = await served.tokenFor("lee", ["respond"]);
  expect((await answer(task, { approved: true, by: "eve" }, lee)).status).toBe(400);
  expect((await answer(task, { approved: true, as: "eve" }, lee)).json()).toMatchObject({ code: "ICE_SCOPE_MISSING" });
  expect((await answer(task, { approved: true }, lee)).json()).toEqual({ runId, path: "ask", accepted: true });
  await expect
    .poll(async () => (await served.send(`/v1/runs/${runId}`)).json(), { timeout: 5000 })
    .toMatchObject({ status: "completed", output: { z: { by: "lee" } } });
});

test("the first of many answers counts, and the others learn which it was", async () => {
  const { task } = await asked();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => answer(task, { approved: index % 2 === 0 })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const { json } = answers.find(({ status }) => status === 409)!;
  expect(json()).toMatchObject({
    code: "ICE_REQUEST_CLOSED",
    first: { by: "kim", answer: { approved: expect.any(Boolean) } },
  });
});

test.each([{}, { approved: true, choice: "a" }, { approved: "yes" }, { as: "kim" }, { approve: true }])(
  "%j is no answer",
  async (body) => {
    const { task } = await asked();
    expect((await answer(task, body)).json()).toMatchObject({ code: "ICE_REQUEST_INVALID" });
  },
);

test("an answer that does not fit leaves the request open", async () => {
  const { task } = await asked({ approvalType: "choice", choices: ["red", "blue"], assignees: ["kim"] });
  expect((await answer(task, { choice: "green" })).json()).toMatchObject({ status: 422, code: "ICE_RESPONSE_INVALID" });
  const lee = await served.tokenFor("lee", ["respond"]);
  expect((await answer(task, { choice: "red" }, lee)).json()).toMatchObject({
    status: 403,
    code: "ICE_RESPONSE_DENIED",
  });
  expect((await answer(task, { choice: "red" })).status).toBe(200);
});

test("a token opens nothing when it is fetched, forged, or used in another tenant", async () => {
  const { task } = await asked();
  for (const method of ["GET", "HEAD", "OPTIONS"])
    expect(await served.send(`/v1/tasks/${task}`, { method })).toMatchObject({
      status: 405,
      headers: { allow: "POST" },
    });
  const other = await served.tokenFor("kim", ["read", "respond"], "other");
  expect((await answer(task, { approved: true }, other)).status).toBe(404);
  for (const forged of [`${task}x`, "abc", "WyJyIiwiYSIsMV0.AAAA", "%F0%9F%A7%8A", "x".repeat(1900)])
    expect((await answer(forged, { approved: true })).json()).toMatchObject({ code: "ICE_TOKEN_INVALID" });
  expect((await answer(task, { approved: true })).status).toBe(200);
});

test("who may not answer sees what is asked, but no tokens", async () => {
  const { runId } = await asked();
  const reader = await served.tokenFor("reader", ["read"]);
  const { tasks } = (await served.send(`/v1/tasks?runId=${runId}`, { token: reader })).json() as { tasks: object[] };
  expect(tasks).toMatchObject([{ path: "ask", promptMessage: "Go on?" }]);
  expect(tasks[0]).not.toHaveProperty("token");
});
