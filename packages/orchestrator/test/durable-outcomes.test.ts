import { WorkflowExecutionService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { HoldingStore } from "./holding-store.ts";
import { after, echo, fail, sleep, statuses } from "./run-nodes.ts";

/** A run whose outcomes are durable only when the test says so. */
async function start(nodes: readonly NodeInput[], settings: object = {}) {
  const store = new HoldingStore();
  const ice = await createTestRuntime(initializeOrchestrator, { store });
  const runs = ice.runtime.use(WorkflowExecutionService);
  const workflow = new Workflow(nodes, { name: "w", settings, runtime: ice.runtime });
  const interrupt = new AbortController();
  store.holds = ({ kind }) => kind === "outcome";
  return {
    ...ice,
    store,
    runs,
    interrupt,
    execute: () => workflow.execute({}, { runId: "r", interrupt: interrupt.signal }),
    started: () => ice.events.of("node.started").map(({ path }) => path),
    /** Makes the held records durable, and runs everything that follows at once. */
    release: async () => {
      store.release();
      await ice.clock.advance(0);
    },
  };
}

test("a node starts when the outcomes it waits for are durable, and the run ends after the last one", async () => {
  const { execute, release, started, store, clock, close } = await start([
    echo("a"),
    echo("b", {}, after("a")),
    echo("c"),
    echo("d", {}, after("b", "c")),
  ]);
  let ended = false;
  const running = execute().finally(() => (ended = true));
  await clock.advance(0);
  expect(started()).toEqual(["a", "c"]);
  await release();
  expect(started()).toEqual(["a", "c", "b"]);
  await release();
  expect(started()).toEqual(["a", "c", "b", "d"]);
  await clock.advance(0);
  expect([ended, store.held]).toEqual([false, 1]);
  await release();
  expect(await running).toMatchObject({ status: "completed", output: { d: {} } });
  await close();
});

test("a slot is free when its node has ended, durable or not", async () => {
  const { execute, release, started, clock, close } = await start([echo("a"), echo("b"), echo("c", {}, after("a"))], {
    maxConcurrency: 1,
  });
  const running = execute();
  await clock.advance(0);
  expect(started()).toEqual(["a", "b"]);
  await release();
  await release();
  expect(started()).toEqual(["a", "b", "c"]);
  expect((await running).status).toBe("completed");
  await close();
});

test("nothing starts in a process that has left the run while an outcome became durable", async () => {
  const { execute, release, started, interrupt, store, runs, clock, close } = await start([
    echo("a"),
    echo("b", {}, after("a")),
  ]);
  const running = execute();
  await clock.advance(0);
  interrupt.abort();
  expect((await clock.runUntil(running)).status).toBe("interrupted");
  await release();
  expect(started()).toEqual(["a"]);
  store.holds = () => false;
  expect((await clock.runUntil(runs.resume("r"))).status).toBe("completed");
  expect(started()).toEqual(["a", "b"]);
  await close();
});

test("a halt takes effect at the failure, and what it cancels is recorded before the run ends", async () => {
  const { execute, release, started, clock, close } = await start(
    [
      sleep("slow", 60_000),
      sleep("s", 10),
      fail("bad", {}, after("s")),
      echo("late", {}, after("slow")),
      echo("clean", {}, { ...after("bad"), join: "ended" }),
    ],
    { failurePolicy: "halt" },
  );
  const running = execute();
  await clock.advance(10);
  expect(started()).toEqual(["slow", "s"]);
  await release();
  // `bad` has failed; `clean` waits until that is durable.
  expect(started()).toEqual(["slow", "s", "bad"]);
  await release();
  expect(started()).toEqual(["slow", "s", "bad", "clean"]);
  await release();
  const result = await running;
  expect(result).toMatchObject({ status: "failed", error: { path: "bad" } });
  expect(statuses(result)).toEqual({
    s: "completed",
    bad: "failed",
    slow: "cancelled",
    late: "skipped runStopped",
    clean: "completed",
  });
  await close();
});

describe("a scope knows durably how its body has ended before it begins with", () => {
  const scope = (body: NodeInput[], more: object): NodeInput => ({ id: "s", type: "scope", body, ...more });
  const more = { compensate: { a: [echo("reverse")] } };
  test.each([
    ["`finally`", scope([echo("a")], { ...more, finally: [echo("last")] }), "s.last"],
    ["compensation", scope([echo("a"), fail("bad", {}, after("a"))], more), "s.reverse"],
    ["`catch`", scope([fail("bad")], { catch: { body: [echo("instead")] } }), "s.instead"],
  ])("%s", async (_, node, next) => {
    const { execute, release, started, store, clock, close } = await start([node]);
    store.holds = ({ kind }) => kind === "checkpoint";
    const running = execute();
    await clock.advance(0);
    expect([store.held, started().includes(next)]).toEqual([1, false]);
    await release();
    expect(started()).toContain(next);
    await clock.runUntil(running);
    await close();
  });
});
