import { setImmediate as nextTurn } from "node:timers/promises";
import { defineTool, journalStart, Tenants } from "@ice/core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { EventStreams } from "../src/events/event-streams.ts";
import { defaultApiLimits } from "../src/options/api-options.ts";
import { durable, readEvents, typesOf } from "./read-events.ts";
import { ask, blueprint, echo, serve, type Served } from "./serve.ts";

/** Lets go of the nodes that hold, by key. */
const held = new Map<string, PromiseWithResolvers<void>>();
const holdOf = (key: string): PromiseWithResolvers<void> => {
  const hold = held.get(key) ?? Promise.withResolvers<void>();
  held.set(key, hold);
  return hold;
};
const hold = defineTool({
  name: "hold",
  args: z.object({ key: z.string() }),
  sideEffects: "none",
  run: async ({ key }) => {
    await holdOf(key).promise;
    return {};
  },
});
const holding = (id: string, key: string, more: object = {}): object => ({
  id,
  type: "tool",
  toolName: "hold",
  toolArgs: { key },
  ...more,
});

let served: Served;
beforeAll(async () => {
  served = await serve({ tools: [hold] });
});
afterAll(() => served.close());
afterEach(() => vi.useRealTimers());

const run = async (
  nodes: readonly object[],
  { wait = "?wait=20", ...more }: { wait?: string; token?: string; runId?: string } = {},
) => {
  const { token, ...body } = more;
  const { json } = await served.send(`/v1/runs${wait}`, {
    json: { blueprint: blueprint(nodes), ...body },
    ...(token && { token }),
  });
  return String(json()["runId"]);
};

test("the events of a run that has ended are sent from the start to the end, and then there are none", async () => {
  const runId = await run([echo("a"), echo("b", {}, { dependencies: ["a"] })]);
  const stream = await readEvents(served, `/v1/runs/${runId}/events`);
  expect(typesOf(stream)).toEqual(["workflow.started", "node.completed", "node.completed", "workflow.completed"]);
  expect(stream.frames.at(-1)).toEqual({ event: "end", data: { status: "completed" } });
  expect(durable(stream)[1]).toMatchObject({ id: "2.0", data: { path: "a", nodeType: "tool", runId } });
  const last = durable(stream).at(-1)!.id!;
  expect((await readEvents(served, `/v1/runs/${runId}/events?after=${last}`)).status).toBe(204);
  const rest = await readEvents(served, `/v1/runs/${runId}/events?after=1.0`, { headers: { "last-event-id": "3.0" } });
  expect(typesOf(rest)).toEqual(["workflow.completed"]);
});

test("the position of the document is where its events go on", async () => {
  const runId = await run([echo("a"), ask("ask", { dependencies: ["a"] })]);
  const { headers, json } = await served.send(`/v1/runs/${runId}`);
  expect(json()).toMatchObject({ status: "suspended", nodes: { a: { status: "completed" } } });
  const { json: tasks } = await served.send(`/v1/tasks?runId=${runId}`);
  const [{ token: task }] = tasks()["tasks"] as [{ token: string }];
  const reading = readEvents(served, `/v1/runs/${runId}/events?after=${String(headers["ice-position"])}`);
  await served.send(`/v1/tasks/${task}`, { json: { approved: true } });
  expect(typesOf(await reading)).toEqual([
    "human.responded",
    "workflow.resumed",
    "node.completed",
    "workflow.completed",
  ]);
});

test("a run is followed while it runs, with what no record says as live events", async () => {
  const key = "followed";
  const runId = await run([holding("a", key), echo("b", {}, { dependencies: ["a"] })], { wait: "" });
  const reading = readEvents(served, `/v1/runs/${runId}/events`, {
    until: (frames) => {
      if (frames.some(({ event }) => event === "status")) holdOf(key).resolve();
      return false;
    },
  });
  const stream = await reading;
  expect(typesOf(stream)).toEqual(["workflow.started", "node.completed", "node.completed", "workflow.completed"]);
  expect(stream.frames).toContainEqual(
    expect.objectContaining({ event: "live", data: expect.objectContaining({ type: "node.started", path: "b" }) }),
  );
  expect(stream.frames).toContainEqual({ event: "status", data: { status: "running", position: "1.0" } });
});

test("a reader that comes later learns what runs by then", async () => {
  const key = "late";
  const body = [holding("inner", key)];
  const loop = { id: "l", type: "loop", itemsSource: "[1, 2, 3]", parallel: true, maxConcurrency: 2, body };
  const runId = await run([echo("a"), loop], { wait: "" });
  await readEvents(served, `/v1/runs/${runId}/events`, {
    until: (frames) => frames.some(({ data }) => data["path"] === "l[1].inner"),
  });
  const late = await readEvents(served, `/v1/runs/${runId}/events`, {
    until: (frames) => frames.filter(({ event }) => event === "live").length === 2,
  });
  holdOf(key).resolve();
  const live = late.frames.filter(({ event }) => event === "live").map(({ data }) => data);
  expect(live).toEqual(
    ["l[0].inner", "l[1].inner"].map((path) => {
      const known = { type: "node.started", runId, path, nodeType: "tool", attempt: 1, data: {} };
      return { ...known, at: expect.any(Number) };
    }),
  );
});

test("the start of a loop says how many items it has", async () => {
  const runId = await run([{ id: "l", type: "loop", itemsSource: "range(7)", body: [echo("x")] }]);
  const stream = await readEvents(served, `/v1/runs/${runId}/events`);
  const [start] = durable(stream).filter(({ data }) => data["type"] === "node.started");
  expect(start?.data).toMatchObject({ path: "l", nodeType: "loop", data: { items: 7 } });
});

test("a hundred readers that come at different times see the same", async () => {
  const key = "many";
  const nodes = Array.from({ length: 300 }, (_, index) => echo(`n${index}`, {}, { dependencies: ["first"] }));
  const runId = await run([holding("first", key), ...nodes], { wait: "" });
  const early = Array.from({ length: 50 }, () => readEvents(served, `/v1/runs/${runId}/events`));
  await nextTurn();
  holdOf(key).resolve();
  const late = Array.from({ length: 50 }, () => readEvents(served, `/v1/runs/${runId}/events`));
  const ids = (await Promise.all([...early, ...late])).map((stream) =>
    durable(stream)
      .map(({ id }) => id)
      .join(),
  );
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]!.split(",")).toHaveLength(303);
});

test("a run of the same id in another tenant is reported to that tenant alone", async () => {
  const other = await served.tokenFor("other", ["read", "run", "author"], "other");
  const runId = "same";
  await run([holding("mine", "mine")], { wait: "", runId });
  await run([holding("theirs", "theirs"), echo("z", {}, { dependencies: ["theirs"] })], {
    wait: "",
    runId,
    token: other,
  });
  const path = `/v1/runs/${runId}/events`;
  const [mine, theirs] = await Promise.all(
    [served.token, other].map((token) =>
      readEvents(served, path, {
        token,
        until: () => {
          holdOf("theirs").resolve();
          if (token === served.token) setTimeout(() => holdOf("mine").resolve(), 200);
          return false;
        },
      }),
    ),
  );
  expect(JSON.stringify(mine)).not.toMatch(/theirs|"z"/);
  expect(JSON.stringify(theirs)).not.toContain("mine");
  expect(typesOf(theirs!)).toHaveLength(4);
});

test.each(["abc", "1", "-1.0", "99999.0", "1.0.0", "1e3.0", "9007199254740993.0", "01.0", " 1.0x"])(
  "%j is no position",
  async (after) => {
    const runId = await run([echo("a")], { runId: `p${Buffer.from(after).toString("hex")}` });
    const { status, json } = await served.send(`/v1/runs/${runId}/events`, { headers: { "last-event-id": after } });
    expect([status, json()["code"]]).toEqual([400, "ICE_POSITION_INVALID"]);
  },
);

test("streams are limited, of one token and of all", async () => {
  const other = await serve({ limits: { streamsPerToken: 2, streams: 3 } });
  const { json } = await other.send("/v1/runs?wait=20", { json: { blueprint: blueprint([ask()]) } });
  const path = `/v1/runs/${String(json()["runId"])}/events`;
  const second = await other.tokenFor("lee", ["read"]);
  const open = (token: string, gate: Promise<void>) =>
    new Promise<{ status: number; done: Promise<unknown> }>((resolve) => {
      const started = readEvents(other, path, { token, until: () => false });
      void gate;
      resolve({ status: 0, done: started });
    });
  const reading = [await open(other.token, Promise.resolve()), await open(other.token, Promise.resolve())];
  await vi.waitFor(async () => expect((await other.send(path)).status).toBe(429));
  reading.push(await open(second, Promise.resolve()));
  await vi.waitFor(async () => expect((await other.send(path, { token: second })).status).toBe(429));
  other.endStreams();
  await Promise.all(reading.map(({ done }) => done));
  await vi.waitFor(async () => expect((await other.send("/metrics")).text).toContain("ice_streams 0"));
  await other.close();
});

test("a server that ends its streams sends what there is, and no end of the run", async () => {
  const other = await serve();
  const { json } = await other.send("/v1/runs?wait=20", { json: { blueprint: blueprint([echo("a"), ask()]) } });
  const stream = await readEvents(other, `/v1/runs/${String(json()["runId"])}/events`, {
    until: (frames) => {
      if (frames.some(({ event }) => event === "status")) other.endStreams();
      return false;
    },
  });
  expect(typesOf(stream)).toContain("workflow.suspended");
  expect(stream.frames.some(({ event }) => event === "end")).toBe(false);
  await other.close();
});

test("a reader that takes nothing is disconnected, and one that has gone is forgotten", async () => {
  const runId = await run([echo("a")]);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { runtime } = served;
  const stalled = vi.fn<() => void>();
  const disconnect = vi.fn<() => void>();
  let now = 0;
  const streams = new EventStreams({ runtime, limits: defaultApiLimits, now: () => now, onStalled: stalled });
  const { feed } = runtime.use(Tenants).of("default");
  const reader = {
    tenant: "default",
    runId,
    feed,
    after: journalStart,
    key: "k",
    isAllowed: async () => true,
    disconnect,
  };
  await streams.open(reader);
  const gone = await streams.open(reader);
  expect(streams.size).toBe(2);
  await gone!.cancel();
  expect(streams.size).toBe(1);
  now = 29_000;
  vi.advanceTimersByTime(1000);
  expect(disconnect).not.toHaveBeenCalled();
  now = 30_000;
  vi.advanceTimersByTime(1000);
  expect([disconnect.mock.calls.length, stalled.mock.calls.length, streams.size]).toEqual([1, 1, 0]);
});

test("a reader whose token was revoked gets no more after a while, and one with a valid one the status", async () => {
  const runId = await run([ask()]);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { runtime } = served;
  let now = 0;
  let isAllowed = true;
  const streams = new EventStreams({ runtime, limits: defaultApiLimits, now: () => now, onStalled: () => {} });
  const { feed } = runtime.use(Tenants).of("default");
  const reader = { tenant: "default", runId, feed, after: journalStart, key: "k", disconnect: undefined };
  const frames = (await streams.open({ ...reader, isAllowed: async () => isAllowed }))!.getReader();
  type Read = Awaited<ReturnType<typeof frames.read>>;
  const textOf = ({ value }: Read): string => new TextDecoder().decode(value);
  await frames.read();
  expect(textOf(await frames.read())).toContain('"status":"suspended"');
  const later = async (): Promise<Read> => {
    const next = frames.read();
    await nextTurn();
    now += 15_000;
    vi.advanceTimersByTime(15_000);
    return next;
  };
  expect(textOf(await later())).toMatch(/^event: status\ndata: \{"status":"suspended"/);
  isAllowed = false;
  expect((await later()).done).toBe(true);
  expect(streams.size).toBe(0);
});
