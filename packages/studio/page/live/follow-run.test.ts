import type { RunStreamEvent } from "@ice/client";
import { expect, test, vi } from "vitest";
import { followRun } from "./follow-run.ts";

const given = vi.hoisted(() => ({ events: [] as RunStreamEvent[], failure: undefined as Error | undefined }));

vi.mock("../api/client.ts", () => ({
  client: {
    runs: {
      async *events() {
        yield* given.events;
        if (given.failure !== undefined) throw given.failure;
      },
    },
  },
}));

const durable = (position: number): RunStreamEvent => ({
  kind: "durable",
  position: `${position}.0`,
  type: "node.completed",
  runId: "r",
  at: position,
  path: `n${position}`,
  data: {},
});

async function followed(...events: readonly RunStreamEvent[]) {
  given.events = [...events];
  const calls: string[] = [];
  const seen: string[] = [];
  const abort = new AbortController();
  const result = await followRun("r", {
    signal: abort.signal,
    onEvents(some) {
      calls.push(`${some.length} events`);
      seen.push(...some.map((one) => ("id" in one ? one.id : "live")));
    },
    onStatus: (status) => calls.push(status),
    onLive: (some) => calls.push(`${some.length} live`),
  }).catch((error: unknown) => error);
  return { calls, seen, result };
}

test("events come before the status that they have led to, and live ones too", async () => {
  const status: RunStreamEvent = { kind: "status", status: "suspended", position: "2.0" };
  const live: RunStreamEvent = { kind: "live", type: "llm.tokenStreamed", runId: "r", at: 3, data: {} };
  const { calls } = await followed(durable(1), durable(2), status, live, durable(3));
  expect(calls).toEqual(["2 events", "suspended", "1 events", "1 live"]);
});

test("the start of a node that has no record stays in its place among the records", async () => {
  const start: RunStreamEvent = { kind: "live", type: "node.started", runId: "r", at: 1, path: "a", data: {} };
  const { calls, seen } = await followed(durable(1), start, durable(2));
  expect(seen).toEqual(["1.0", "live", "2.0"]);
  expect(calls).toEqual(["3 events"]);
});

test("a long journal comes in slices, complete and in order", async () => {
  const events = Array.from({ length: 12_000 }, (_, index) => durable(index + 1));
  const { calls, seen } = await followed(...events);
  expect(seen).toEqual(events.map((_, index) => `${index + 1}.0`));
  expect(calls).toEqual(["5000 events", "5000 events", "2000 events"]);
});

test("what came before a failure is not lost", async () => {
  given.failure = new Error("gone");
  const { calls, result } = await followed(durable(1));
  given.failure = undefined;
  expect(calls).toEqual(["1 events"]);
  expect(result).toMatchObject({ message: "gone" });
});
