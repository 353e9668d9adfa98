import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HttpClient } from "../http/http-client.ts";
import { followEvents } from "./follow-events.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A server of which each connection gets an answer of a list, the last one again and again. */
function connect(...answers: readonly ((signal: AbortSignal) => Response | Promise<Response>)[]) {
  return connectFor(10, answers);
}

function connectFor(maxFailures: number, answers: readonly ((signal: AbortSignal) => Response | Promise<Response>)[]) {
  const times: number[] = [];
  const answer = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    times.push(Date.now());
    return answers[Math.min(times.length, answers.length) - 1]!(init!.signal!);
  };
  const http = new HttpClient({ url: "http://ice/", token: "t", fetch: answer as typeof fetch, random: () => 0 });
  return { events: followEvents(http, "r", { maxFailures }), times };
}
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
const frames = (text: string): Response => new Response(text);
const first = 'retry: 3000\n\nid: 1.0\ndata: {"type":"workflow.started"}\n\n';
const end = 'event: end\ndata: {"status":"completed"}\n\n';

test("after a connection that has worked, the next one comes when the server wants it", async () => {
  const { events, times } = connect(
    () => frames(first),
    () => frames(end),
  );
  expect(await events.next()).toMatchObject({ value: { position: "1.0" } });
  const done = events.next();
  await vi.advanceTimersByTimeAsync(2999);
  expect(times).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await done).toMatchObject({ done: true });
});

test("a silent connection is replaced after 45 s", async () => {
  const silent = (signal: AbortSignal): Response => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(first));
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  };
  const { events, times } = connect(silent, () => frames(end));
  await events.next();
  const done = events.next();
  await vi.advanceTimersByTimeAsync(44_999);
  expect(times).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(251);
  expect(await done).toMatchObject({ done: true });
});

test("ten connections that bring nothing are the end, after about a minute", async () => {
  const { events, times } = connect(() => Promise.reject(new TypeError("fetch failed")));
  const failed = errorOf(events.next());
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await failed).toMatchObject({ code: "ICE_SERVER_UNREACHABLE", status: 0 });
  expect(times).toHaveLength(11);
  const pauses = times.slice(1).map((time, at) => time - times[at]!);
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000]);
});

test("so are ten that end without an event", async () => {
  const { events, times } = connect(() => frames("retry: 10\n\n"));
  const failed = errorOf(events.next());
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await failed).toMatchObject({ code: "ICE_SERVER_UNREACHABLE", retryable: true });
  expect(times).toHaveLength(11);
});

test("a reader that stays connects for as long as it takes", async () => {
  const answers = Array.from({ length: 50 }, () => () => Promise.reject(new TypeError("fetch failed")));
  const { events, times } = connectFor(Infinity, [...answers, () => frames(end)]);
  const done = events.next();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(await done).toMatchObject({ done: true });
  expect(times).toHaveLength(51);
});

test("events of kinds that are not known yet are skipped, and what is no JSON is an error", async () => {
  const { events } = connect(() => frames(`event: later\ndata: {}\n\nid: 2.0\ndata: {"type":"a"}\n\ndata: {\n\n`));
  expect(await events.next()).toMatchObject({ value: { position: "2.0" } });
  await expect(events.next()).rejects.toMatchObject({ code: "ICE_ANSWER_INVALID" });
});
