import { afterEach, expect, test, vi } from "vitest";
import { follow } from "./follow.ts";
import { ApiError } from "./http.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const event = (position: number): string =>
  `id: ${position}.0\ndata: {"type":"node.completed","path":"n${position}"}\n\n`;

/** Follows a run whose server answers with these texts, one after another; a text that ends with `!` breaks off. */
async function followed(...answers: readonly (string | number)[]) {
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", { getItem: () => "token" });
  const asked: string[] = [];
  const fetched = vi.fn<(path: string) => Promise<Response>>(async (path) => {
    asked.push(path);
    const answer = answers[asked.length - 1] ?? 204;
    if (typeof answer === "number") return new Response(answer === 204 ? null : "{}", { status: answer });
    const text = new TextEncoder().encode(answer.replace(/!$/, ""));
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at < text.length) controller.enqueue(text.slice(at, (at += 65_536)));
        else if (answer.endsWith("!")) controller.error(new TypeError("broken"));
        else controller.close();
      },
    });
    return new Response(body);
  });
  vi.stubGlobal("fetch", fetched);
  const seen: string[] = [];
  const statuses: string[] = [];
  const batches: number[] = [];
  const done = follow({
    runId: "r",
    signal: new AbortController().signal,
    onEvents(events) {
      batches.push(events.length);
      seen.push(...events.map(({ path }) => path!));
    },
    onStatus: (status, ended) => statuses.push(`${status} ${ended}`),
    onConnected: () => undefined,
  }).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return { asked, seen, statuses, batches, result: await done };
}

const end = 'event: end\ndata: {"status":"completed"}\n\n';

test("a connection that breaks is opened again behind the last event", async () => {
  const { asked, seen, statuses } = await followed(event(1) + event(2), `${event(3)}!`, event(4) + end);
  expect(asked).toEqual(["", "?after=2.0", "?after=3.0"].map((query) => `/v1/runs/r/events${query}`));
  expect(seen).toEqual(["n1", "n2", "n3", "n4"]);
  expect(statuses).toEqual(["completed true"]);
});

test("an event that was cut off is read again", async () => {
  const { seen } = await followed(event(1) + event(2).slice(0, 20), event(2) + end);
  expect(seen).toEqual(["n1", "n2"]);
});

test("events that come together are one change", async () => {
  const { batches } = await followed(Array.from({ length: 500 }, (_, index) => event(index + 1)).join("") + end);
  expect(batches).toEqual([500]);
});

test("a long journal comes in slices, complete and in order", async () => {
  const texts = Array.from({ length: 12_000 }, (_, index) => event(index + 1));
  const { seen, batches } = await followed(texts.join("") + end);
  expect(seen).toEqual(texts.map((_, index) => `n${index + 1}`));
  expect(batches.length).toBeGreaterThan(1);
  expect(Math.max(...batches)).toBeLessThan(7000);
});

test("it waits for a server that is busy, and ends when there is nothing to follow", async () => {
  expect((await followed(503, 429, event(1) + end)).seen).toEqual(["n1"]);
  const { result } = await followed(404);
  expect(result).toBeInstanceOf(ApiError);
  expect((await followed(204)).asked).toHaveLength(1);
});
