import { IceError, type HumanTask, type JsonObject, type HumanRequest, type RunStore } from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { journalOf, outcome, suspended } from "./journal/sample-run.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { createHumanTaskService } from "../src/services/human-tasks.ts";

const wait: HumanRequest = {
  kind: "human",
  promptMessage: "How many?",
  approvalType: "input",
  choices: [],
  responseSchema: null,
  assignees: [],
  expiresAt: null,
  escalated: false,
};

async function asking(responseSchema: HumanRequest["responseSchema"]) {
  const store = new MemoryRunStore();
  const request = { kind: "waiting", at: 1, path: "ask", request: 1, wait: { ...wait, responseSchema } } as const;
  await journalOf(store, "r", [request, suspended]);
  return createHumanTaskService({ store, clock: createFakeClock(), timeSlice: endlessTimeSlice });
}

test.each<[string, JsonObject, string]>([
  [
    "a pattern that is none",
    { type: "string", pattern: "(" },
    "`pattern` must be an RE2 regular expression of at most 1024 characters",
  ],
  ["a reference that leads nowhere", { $ref: "#/$defs/x" }, "`$ref: #/$defs/x` does not resolve to a schema"],
  ["a keyword of another type", { type: "object", properties: [] }, "`properties` must be a map of schemas"],
])("a stored schema with %s means that the store is damaged", async (_name, schema, why) => {
  const tasks = await asking(schema);
  await expect(tasks.respond("r", "ask", { response: "x" })).rejects.toMatchObject({
    code: "ICE_STORE_CORRUPT",
    message: `The store is damaged: the request of run "r" at "ask" has no valid schema: ${why}.`,
    fix: "restore a backup of the store, or start the run again under another id",
    details: { runId: "r", path: "ask" },
  });
});

test("an answer that is not JSON is refused, with the position", async () => {
  const tasks = await asking(null);
  const answer = tasks.respond("r", "ask", { response: { a: [Number.NaN] } });
  await expect(answer).rejects.toMatchObject({
    code: "ICE_RESPONSE_INVALID",
    message: 'The answer does not match the request "ask": the answer at /a/0 is NaN.',
    fix: "answer with JSON that nests at most 1,000 levels deep and has no key `__proto__`",
    details: { runId: "r", path: "ask" },
  });
  await expect(tasks.respond("r", "ask", { response: Number.NaN as never })).rejects.toMatchObject({
    message: 'The answer does not match the request "ask": the answer is NaN.',
  });
});

test("the name of the person who answers is a text of at most 200 characters", async () => {
  const tasks = await asking(null);
  await expect(tasks.respond("r", "ask", { response: 1 }, { by: 5 as never })).rejects.toMatchObject({
    code: "ICE_RESPONSE_INVALID",
  });
  await expect(tasks.respond("r", "ask", { response: 1 }, { by: "k".repeat(201) })).rejects.toMatchObject({
    code: "ICE_RESPONSE_INVALID",
    message:
      'The answer does not match the request "ask": the name of the person who answers has more than 200 characters.',
    fix: "shorten it",
  });
  expect(await tasks.respond("r", "ask", { response: 1 }, { by: "k".repeat(200) })).toMatchObject({ accepted: true });
});

test("an error thrown while an answer is read is reported", async () => {
  const tasks = await asking(null);
  const response = {
    get n() {
      throw new TypeError("not now");
    },
  };
  await expect(tasks.respond("r", "ask", { response: response as never })).rejects.toThrow("not now");
  expect(await tasks.list()).toHaveLength(1);
});

test.each<[string, Partial<HumanTask>]>([
  ["the text", { promptMessage: "How few?" }],
  ["choices", { choices: ["some"] }],
  ["the schema", { responseSchema: { type: "string" } }],
  ["assignees", { assignees: ["kim"] }],
  ["the deadline", { expiresAt: 1 }],
  ["the request", { request: 2 }],
  ["the path", { path: "asks" }],
  ["the run", { runId: "s" }],
])("a token with a different %s is forged", async (_name, changed) => {
  const tasks = await asking(null);
  const [task] = await tasks.list({ runId: "r" });
  const [claim] = (await tasks.tokenFor(task!)).split(".");
  const [, signature] = (await tasks.tokenFor({ ...task!, ...changed })).split(".");
  await expect(tasks.respondWithToken(`${claim}.${signature}`, { response: 1 })).rejects.toMatchObject({
    code: "ICE_TOKEN_INVALID",
  });
  expect(await tasks.respondWithToken(await tasks.tokenFor(task!), { response: 1 })).toMatchObject({ accepted: true });
});

test("a token contains only the person and the request; its signature uses SHA-256", async () => {
  const tasks = await asking(null);
  const [task] = await tasks.list();
  const [claim, signature, ...more] = (await tasks.tokenFor(task!)).split(".");
  expect(JSON.parse(Buffer.from(claim!, "base64url").toString())).toEqual(["r", "ask", 1]);
  expect(Buffer.from(signature!, "base64url")).toHaveLength(32);
  expect(more).toEqual([]);
});

test("a list reads no run, however long its journal is", async () => {
  const store = new MemoryRunStore();
  for (const runId of ["a", "b", "c"])
    await journalOf(store, runId, [{ kind: "waiting", at: 1, path: "ask", request: 1, wait }, suspended]);
  store.read = () => Promise.reject(new Error("a run was read"));
  const tasks = createHumanTaskService({ store, clock: createFakeClock(), timeSlice: endlessTimeSlice });
  expect((await tasks.list()).map(({ runId }) => runId)).toEqual(["a", "b", "c"]);
  expect(await tasks.list({ runId: "b" })).toMatchObject([{ runId: "b", path: "ask", request: 1, requestedAt: 1 }]);
});

test("pages of requests continue with the cursor of the page before, for the same selection and tenant only", async () => {
  const store = new MemoryRunStore();
  for (const runId of ["a", "b", "c"])
    await journalOf(store, runId, [{ kind: "waiting", at: 1, path: "ask", request: 1, wait }, suspended]);
  const on = (one: RunStore) =>
    createHumanTaskService({ store: one, clock: createFakeClock(), timeSlice: endlessTimeSlice });
  const tasks = on(store);
  const first = await tasks.page({ limit: 2 });
  expect(first.tasks.map(({ runId }) => runId)).toEqual(["a", "b"]);
  const cursor = first.next!;
  const second = await tasks.page({ limit: 2, cursor });
  expect([second.tasks.map(({ runId }) => runId), second.next]).toEqual([["c"], null]);
  const [body] = cursor.split(".");
  const refused = [
    tasks.page({ cursor: "abc" }),
    tasks.page({ cursor: "" }),
    tasks.page({ cursor: `${body}.` }),
    tasks.page({ cursor: `${cursor}.x` }),
    tasks.page({ cursor: `${cursor.slice(0, -2)}AA` }),
    tasks.page({ cursor, runId: "a" }),
    on(store.forTenant("acme")).page({ cursor }),
  ];
  for (const page of refused) await expect(page).rejects.toMatchObject({ code: "ICE_CURSOR_INVALID" });
});

test("an answer is limited by the bound on outputs, whose error names the answer", async () => {
  const store = new MemoryRunStore();
  await journalOf(store, "r", [{ kind: "waiting", at: 1, path: "ask", request: 1, wait }, suspended]);
  const [clock, timeSlice] = [createFakeClock(), endlessTimeSlice];
  const tasks = createHumanTaskService({ store, clock, timeSlice, outputBytes: 100 });
  const refused = await tasks.respond("r", "ask", { response: "x".repeat(200) }).catch((error: unknown) => error);
  expect(IceError.is(refused) && [refused.code, refused.message]).toEqual([
    "ICE_OUTPUT_LIMIT",
    expect.stringMatching(/^The answer to "ask"/),
  ]);
  expect(await tasks.respond("r", "ask", { response: "x" })).toMatchObject({ accepted: true });
});

test("a request that its node no longer waits for is closed, whatever the outcome of the node", async () => {
  const store = new MemoryRunStore();
  const request = { kind: "waiting", at: 1, path: "ask", request: 1, wait } as const;
  await journalOf(store, "r", [request, outcome("ask", { response: 1 }), suspended]);
  const tasks = createHumanTaskService({ store, clock: createFakeClock(), timeSlice: endlessTimeSlice });
  expect(await tasks.list()).toEqual([]);
  await expect(tasks.respond("r", "ask", { response: 2 })).rejects.toMatchObject({
    code: "ICE_REQUEST_CLOSED",
    message: 'The request at "ask" is closed: it has been answered.',
  });
});

test("a request that names no type asks for yes or no", async () => {
  const store = new MemoryRunStore();
  const untyped: HumanRequest = { ...wait, approvalType: null };
  await journalOf(store, "r", [{ kind: "waiting", at: 1, path: "ask", request: 1, wait: untyped }, suspended]);
  const tasks = createHumanTaskService({ store, clock: createFakeClock(), timeSlice: endlessTimeSlice });
  await expect(tasks.respond("r", "ask", { response: 1 })).rejects.toMatchObject({
    message: 'The answer does not match the request "ask": it asks for yes or no.',
  });
  expect(await tasks.respond("r", "ask", { approved: true })).toMatchObject({ accepted: true });
});
