import { expect, test } from "vitest";
import { createClient, IceApiError } from "../src/index.ts";
import { answerWith, bodyOf, Gate, serve } from "./serve.ts";

const json = { "content-type": "application/json" };
const problem = JSON.stringify({ code: "ICE_SERVER_BUSY", title: "busy", status: 503, detail: "busy" });

test("reading is repeated after 503 and after a cut connection, as `Retry-After` says", async () => {
  const times: number[] = [];
  const { client } = await answerWith((_request, response, count) => {
    times.push(performance.now());
    if (count === 1) response.writeHead(503, { "retry-after": "1" }).end(problem);
    else if (count === 2) response.socket?.destroy();
    else if (count === 3)
      response.writeHead(200, { ...json, "content-length": "100" }).write('{"name":', () => response.destroy());
    else response.writeHead(200, json).end('{"name":"kim"}');
  });
  expect(await client.me()).toEqual({ name: "kim" });
  expect(times).toHaveLength(4);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
});

test("a token that changes is the one of its time, also for a request without a function of its own", async () => {
  const { url, requests } = await answerWith(
    (_request, response) => void response.writeHead(200, json).end('{"files":[]}'),
  );
  let token = "first";
  const client = createClient({ url, token: () => token });
  const call = { path: ["dev", "files"], query: { after: "1", wait: undefined } };
  expect(await client.request(call)).toEqual({ files: [] });
  token = "second";
  await client.request({ path: ["runs"], body: { workflow: "a" }, method: "POST" });
  expect(requests.map(({ method, url: path, headers }) => [method, path, headers.authorization])).toEqual([
    ["GET", "/v1/dev/files?after=1", "Bearer first"],
    ["POST", "/v1/runs", "Bearer second"],
  ]);
});

test("after three repetitions the error is thrown; one that would take too long at once", async () => {
  const busy = await answerWith(
    (_request, response) => void response.writeHead(429, { "retry-after": "0" }).end("busy"),
  );
  await expect(busy.client.runs.list()).rejects.toMatchObject({ status: 429, code: "ICE_ANSWER_INVALID" });
  expect(busy.requests).toHaveLength(4);
  const later = await answerWith(
    (_request, response) => void response.writeHead(503, { "retry-after": "3600" }).end(problem),
  );
  await expect(later.client.me()).rejects.toMatchObject({ code: "ICE_SERVER_BUSY", retryAfterMs: 3_600_000 });
  expect(later.requests).toHaveLength(1);
});

test("a start is repeated with its key, and a lost answer starts no second run", async () => {
  const served = await serve(new Gate());
  let isFirst = true;
  const client = createClient({
    ...served,
    fetch: async (...call) => {
      const answer = await fetch(...call);
      if (!isFirst) return answer;
      isFirst = false;
      await answer.text();
      throw new TypeError("fetch failed");
    },
  });
  const run = await client.runs.start({ workflow: "greet", inputs: { who: "kim" } });
  await run.result();
  expect((await client.runs.list()).runs).toHaveLength(1);
});

test("what may have another effect the second time is not repeated", async () => {
  const { client, requests } = await answerWith(async (request, response) => {
    await bodyOf(request);
    response.writeHead(503, { "retry-after": "0" }).end(problem);
  });
  const failed = { code: "ICE_SERVER_BUSY" };
  await expect(client.runs.start({ workflow: "a", runId: "mine" })).rejects.toMatchObject(failed);
  await expect(client.tasks.respond("token", { approved: true })).rejects.toMatchObject(failed);
  await expect(client.blueprints.create({ text: "name: a" })).rejects.toMatchObject(failed);
  await expect(client.runs.cancel("mine")).rejects.toMatchObject(failed);
  expect(requests).toHaveLength(4);
  expect(requests[0]!.headers).not.toHaveProperty("idempotency-key");
  await expect(client.blueprints.delete("a", { ifMatch: "h" })).rejects.toMatchObject(failed);
  expect(requests).toHaveLength(8);
  expect(requests.at(-1)!.headers["if-match"]).toBe('"h"');
  await expect(client.runs.start({ workflow: "a" })).rejects.toMatchObject(failed);
  const keys = requests.slice(8).map(({ headers }) => headers["idempotency-key"]);
  expect(keys).toHaveLength(4);
  expect(new Set(keys).size).toBe(1);
});

test("a signal ends a request, and the waiting for its repetition", async () => {
  const { client, requests } = await answerWith(
    (_request, response) => void response.writeHead(503, { "retry-after": "30" }).end(problem),
  );
  const abort = new AbortController();
  const waiting = client.me({ signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 100);
  await expect(waiting).rejects.toThrow("enough");
  await expect(client.me({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  expect(requests).toHaveLength(1);
});

test("a server that is not there, and one that is none of ice, differ in their codes", async () => {
  const none = createClient({ url: "http://127.0.0.1:1/", token: "t" });
  await expect(none.runs.start({ workflow: "a", runId: "x" })).rejects.toMatchObject({
    status: 0,
    code: "ICE_SERVER_UNREACHABLE",
    message: expect.stringContaining("http://127.0.0.1:1 cannot be reached"),
  });
  const page = await answerWith((_request, response) => void response.writeHead(200).end("<html>"));
  await expect(page.client.me()).rejects.toMatchObject({ code: "ICE_ANSWER_INVALID", status: 200 });
  const moved = await answerWith((_request, response) => void response.writeHead(302, { location: page.url }).end());
  const error: unknown = await moved.client.runs
    .start({ workflow: "a", runId: "x" })
    .catch((reason: unknown) => reason);
  expect(IceApiError.is(error)).toBe(true);
  expect(page.requests).toHaveLength(1);
});
