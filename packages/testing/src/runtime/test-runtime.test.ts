import { createRuntime, serviceKey, type Clock, type RunEvent, type Runtime } from "@ice/core";
import { expect, test } from "vitest";
import { recordEvents } from "./event-recorder.ts";
import { createTestRuntime, seededRandom } from "./test-runtime.ts";

/** A small engine that reports when and with what it was started. */
const start = async ({
  runtime,
  clock,
  random,
  name,
}: {
  runtime: Runtime;
  clock: Clock;
  random: () => number;
  name: string;
}) => {
  const emit = (type: string, seq: number, data: object = {}): void =>
    runtime.events.emit({ type, runId: "r", seq, at: clock.now(), data } as RunEvent);
  emit("engine.started", 1, { name, random: random() });
  return {
    runtime,
    close: async () => emit("engine.closed", 2),
  };
};

test("an engine gets its own runtime, clock and random source, and its events are recorded", async () => {
  const one = await createTestRuntime(start, { name: "one" });
  const two = await createTestRuntime(start, { name: "two" });
  const other = await createTestRuntime(start, { name: "other" }, { seed: 2 });
  expect(one.runtime).not.toBe(two.runtime);
  expect(one.events.events).toMatchObject([
    { type: "engine.started", at: Date.UTC(2026, 0, 1), data: { name: "one" } },
  ]);
  const randomOf = ({ events }: typeof one): unknown => events.of("engine.started")[0]!.data["random"];
  expect(randomOf(one)).toBe(randomOf(two));
  expect(randomOf(one)).not.toBe(randomOf(other));
  await one.close();
  expect(one.events.lines()).toEqual(["engine.started"]);
});

test("`before` provides services before the engine starts", async () => {
  const Answer = serviceKey<number>("answer");
  const seen: (number | undefined)[] = [];
  const look = async ({ runtime }: { runtime: Runtime }) => {
    seen.push(runtime.tryUse(Answer));
    return { runtime, close: async () => {} };
  };
  const { close } = await createTestRuntime(
    look,
    {},
    { before: (runtime) => runtime.provide(Answer, 42, { by: "test" }) },
  );
  expect(seen).toEqual([42]);
  await close();
});

test("a recorder keeps a bounded number, filters by run, and stops", () => {
  const { events: bus } = createRuntime();
  const recorder = recordEvents(bus, { limit: 3 });
  const emit = (seq: number, runId: string, path?: string): void =>
    bus.emit({
      type: path === undefined ? "workflow.started" : "node.started",
      runId,
      seq,
      at: 0,
      data: {},
      ...(path && { path }),
    } as RunEvent);
  for (const seq of [1, 2]) emit(seq, "a", `n${seq}`);
  for (const seq of [3, 4]) emit(seq, "b");
  expect(recorder.lines()).toEqual(["node.started n2", "workflow.started", "workflow.started"]);
  expect(recorder.lines("a")).toEqual(["node.started n2"]);
  expect(recorder.of("node.started")).toHaveLength(1);
  recorder.clear();
  emit(5, "a");
  recorder.stop();
  emit(6, "a");
  expect(recorder.events.map(({ seq }) => seq)).toEqual([5]);
});

test("a seed always gives the same, evenly distributed numbers", () => {
  const draw = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
  const mean = draw(5).reduce((sum, value) => sum + value, 0) / 1000;
  expect(mean).toBeCloseTo(0.5, 1);
  expect(Math.max(...draw(5))).toBeLessThan(1);
});
