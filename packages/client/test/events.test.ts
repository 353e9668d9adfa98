import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@ice/core";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type DurableEvent, type RunStreamEvent } from "../src/index.ts";
import { answerWith, Gate, hold, serve } from "./serve.ts";

const chain = (keys: readonly string[]): JsonObject => ({
  schemaVersion: "ice/v1",
  name: "chain",
  nodes: keys.map((key, at) => hold(key, key, at === 0 ? {} : { dependencies: [keys[at - 1]!] })) as JsonObject[],
});
const isDurable = (event: RunStreamEvent): event is DurableEvent => event.kind === "durable";
async function all(stream: AsyncIterable<RunStreamEvent>): Promise<RunStreamEvent[]> {
  const events: RunStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
const nodesOf = (events: readonly RunStreamEvent[]): unknown[] =>
  events.filter(isDurable).flatMap(({ type, path }) => (type === "node.completed" ? [path] : []));

test("events come once and in order, with the status between them, until the run has ended", async () => {
  const gate = new Gate();
  const { client } = await serve(gate);
  const run = await client.runs.start({ blueprint: chain(["a", "b"]) });
  const events: RunStreamEvent[] = [];
  for await (const event of run.events()) {
    events.push(event);
    if (event.kind === "status" && event.status === "running") gate.open("a");
    if (isDurable(event) && event.path === "a") gate.open("b");
  }
  const types = events.filter(isDurable).map(({ type }) => type);
  expect(types).toEqual(["workflow.started", "node.completed", "node.completed", "workflow.completed"]);
  expect(events).toContainEqual(expect.objectContaining({ kind: "status", status: "running" }));
  expect(events).toContainEqual(expect.objectContaining({ kind: "live", type: "node.started", path: "b" }));
  const [, first] = events.filter(isDurable);
  const rest = await all(run.events({ after: first!.position }));
  expect(nodesOf(rest)).toEqual(["b"]);
  const last = events.filter(isDurable).at(-1)!;
  expect(await all(run.events({ after: last.position }))).toEqual([]);
});

test("a stream goes on behind its last event when the server was restarted", async () => {
  const store = join(tmpdir(), `ice-client-${randomUUID()}.db`);
  onTestFinished(() => {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${store}${end}`, { force: true });
  });
  const gate = new Gate();
  const first = await serve(gate, { store: `sqlite:${store}` });
  const run = await first.client.runs.start({ blueprint: chain(["a", "b"]) });
  gate.open("a");
  const events: RunStreamEvent[] = [];
  const reading = (async () => {
    for await (const event of run.events()) events.push(event);
  })();
  while (nodesOf(events).length === 0) await sleep(10);
  await first.close();
  await sleep(300);
  await serve(gate, { store: `sqlite:${store}`, port: first.port });
  gate.open("b");
  await reading;
  expect(nodesOf(events)).toEqual(["a", "b"]);
  const positions = events.filter(isDurable).map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length);
  expect(events.filter(isDurable).at(-1)).toMatchObject({ type: "workflow.completed" });
});

test("five cut connections lose and repeat nothing", async () => {
  const gate = new Gate();
  const served = await serve(gate);
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const run = await served.client.runs.start({ blueprint: chain(keys) });
  // A proxy that passes on so many bytes and then cuts the connection, mostly in the middle of a frame.
  const lengths = [270, 421, 512, 377, 290];
  let cuts = 0;
  const { url, requests } = await answerWith(async ({ url: path, headers }, response) => {
    const last = headers["last-event-id"];
    const answer = await fetch(`${served.url}${path}`, {
      headers: { authorization: headers.authorization!, ...(typeof last === "string" && { "last-event-id": last }) },
    });
    response.writeHead(answer.status, { "content-type": "text/event-stream" });
    let left = lengths[cuts] ?? Infinity;
    for await (const chunk of answer.body ?? []) {
      response.write(chunk.subarray(0, left));
      left -= chunk.byteLength;
      if (left > 0) continue;
      cuts += 1;
      setTimeout(() => response.destroy(), 20);
      return;
    }
    response.end();
  });
  const client = createClient({ url, token: served.token });
  const events: RunStreamEvent[] = [];
  for (const key of keys) setTimeout(() => gate.open(key), 200 * keys.indexOf(key));
  for await (const event of client.runs.events(run.runId)) events.push(event);
  expect(cuts).toBe(5);
  expect(new Set(requests.map(({ headers }) => headers["last-event-id"])).size).toBeGreaterThan(3);
  expect(nodesOf(events)).toEqual(keys);
  const whole = await all(served.client.runs.events(run.runId));
  expect(events.filter(isDurable)).toEqual(whole.filter(isDurable));
});

const frame = (id: string, data: object): string => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const end = 'event: end\ndata: {"status":"completed"}\n\n';
const stream = { "content-type": "text/event-stream" };

test("what a connection has left incomplete is read again from the last position", async () => {
  const bytes = Buffer.from(frame("2.0", { type: "node.completed", path: "grüße" }));
  const { client, requests } = await answerWith((_request, response, count) => {
    response.writeHead(200, stream);
    const cut = bytes.indexOf("ü") + 1;
    if (count === 1) response.write("retry: 10\n\n" + frame("1.0", { type: "workflow.started" }));
    if (count === 1) response.write(bytes.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
    // A proxy that answers from what it kept repeats an event.
    else response.end(Buffer.concat([Buffer.from(frame("1.0", {})), bytes, Buffer.from(end)]));
  });
  const events = await all(client.runs.events("r", { after: "0.0" }));
  expect(events).toEqual([
    { kind: "durable", position: "1.0", type: "workflow.started" },
    { kind: "durable", position: "2.0", type: "node.completed", path: "grüße" },
  ]);
  expect(requests.map(({ url, headers }) => [url, headers["last-event-id"]])).toEqual([
    ["/v1/runs/r/events?after=0.0", "0.0"],
    ["/v1/runs/r/events?after=0.0", "1.0"],
  ]);
});

test("a stream waits as `Retry-After` says, ends at 204, and fails at once where nothing passes", async () => {
  const { client } = await answerWith((_request, response, count) => {
    if (count === 1) response.writeHead(503, { "retry-after": "1" }).end();
    else if (count === 2) response.writeHead(429, { "retry-after": "0" }).end();
    else response.writeHead(204).end();
  });
  const started = performance.now();
  expect(await all(client.runs.events("r"))).toEqual([]);
  expect(performance.now() - started).toBeGreaterThan(990);
  const { client: real } = await serve(new Gate());
  await expect(all(real.runs.events("nothing"))).rejects.toMatchObject({
    status: 404,
    code: "ICE_RUN_NOT_FOUND",
  });
});

test("a frame of more than 1 MiB is an error, and no reason to connect again", async () => {
  const { client, requests } = await answerWith((_request, response) => {
    response.writeHead(200, stream).write("id: 1.0\n");
    for (let part = 0; part < 20; part += 1) response.write(`data: ${"x".repeat(64 * 1024)}\n`);
  });
  await expect(all(client.runs.events("r"))).rejects.toMatchObject({ code: "ICE_ANSWER_INVALID" });
  expect(requests).toHaveLength(1);
});

test("a signal ends the reading, and leaving the loop closes the connection", async () => {
  const gate = new Gate();
  const { client } = await serve(gate);
  const run = await client.runs.start({ blueprint: chain(["a"]) });
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error("enough")), 200);
  await expect(all(run.events({ signal: abort.signal }))).rejects.toThrow("enough");
  await expect(run.result({ signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ name: "TimeoutError" });
  const closed = Promise.withResolvers<void>();
  const { client: other } = await answerWith((request, response) => {
    request.on("close", () => closed.resolve());
    response.writeHead(200, stream).write(frame("1.0", { type: "workflow.started" }));
  });
  for await (const event of other.runs.events("r")) {
    expect(event).toMatchObject({ position: "1.0" });
    break;
  }
  await closed.promise;
});
