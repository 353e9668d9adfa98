import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HumanTaskService, IceError, RunStore } from "@ice/core";
import { expect, test } from "vitest";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { child, start, statuses } from "./run-networks.ts";
import { echo, sleep } from "./run-nodes.ts";

test("a workflow that waits suspends the network once the rest is done, and holds no place meanwhile", async () => {
  const { run, resume, tasks, runs, factory, events, close } = await start();
  const workflows = [
    { id: "ask", ref: "approval" },
    { id: "publish", ref: "etl", after: ["ask"], inputs: {} },
    { id: "slow", ref: "slow" },
    { id: "after", ref: "etl", after: ["slow"] },
  ];
  const suspended = await run(workflows, { maxConcurrency: 1 });
  expect(suspended).toMatchObject({
    status: "suspended",
    waiting: ["ask"],
    workflows: { ask: { status: "suspended", waiting: [{ path: "ask", kind: "human" }] } },
  });
  expect(statuses(suspended)).toEqual({ ask: "suspended", slow: "completed", after: "completed" });
  expect(await runs.show("net")).toMatchObject({ status: "suspended", waiting: [{ path: "ask", kind: "run" }] });
  expect(statuses(await factory.show("net"))).toEqual(statuses(suspended));
  expect(await tasks.list()).toMatchObject([{ runId: "net.ask", path: "ask" }]);

  expect(await resume()).toMatchObject({ status: "suspended", waiting: ["ask"] });
  await tasks.respond("net.ask", "ask", { approved: true });
  const result = await resume();
  expect(statuses(result)).toEqual({ ask: "completed", publish: "completed", slow: "completed", after: "completed" });
  expect(result).toMatchObject({ status: "completed", workflows: { ask: { output: { done: { ok: true } } } } });
  expect(events.of("network.workflowSuspended")).toHaveLength(2);
  expect(events.lines("net.slow").filter((line) => line === "workflow.started")).toHaveLength(1);
  await close();
});

test("a workflow that was continued by itself is found ended by the network", async () => {
  const { run, resume, tasks, runs, close } = await start();
  await run([{ id: "ask", ref: "approval" }]);
  await tasks.respond("net.ask", "ask", { approved: false });
  expect(await runs.resume("net.ask")).toMatchObject({ status: "completed" });
  expect(await resume()).toMatchObject({
    status: "completed",
    workflows: { ask: { output: { done: { ok: false } } } },
  });
  await close();
});

test("a workflow whose run was deleted meanwhile fails its network, and is not started again", async () => {
  const { run, resume, runs, runtime, clock, events, close } = await start();
  await run([
    { id: "gone", ref: "approval" },
    { id: "after", ref: "etl", after: ["gone"] },
    { id: "stays", ref: "approval" },
  ]);
  await runtime.use(HumanTaskService).respond("net.gone", "ask", { approved: true });
  await runs.resume("net.gone");
  await clock.advance(1000);
  expect(await runtime.use(RunStore).collect({ endedBefore: clock.now() })).toMatchObject({ runs: 1 });
  const result = await resume();
  expect(statuses(result)).toEqual({ gone: "failed", after: "skipped", stays: "suspended" });
  expect(result.error).toMatchObject({ code: "ICE_RUN_NOT_FOUND", path: "gone" });
  expect(result.error!.message).toContain('"net.gone" of the workflow "gone" was deleted');
  expect(events.lines("net.gone").filter((line) => line === "workflow.started")).toHaveLength(1);
  await close();
});

test("a network with a failure and a workflow that waits is failed, and can still be continued", async () => {
  const { run, resume, tasks, close } = await start();
  const result = await run([
    { id: "ask", ref: "approval" },
    { id: "bad", ref: "bad" },
  ]);
  expect(result).toMatchObject({ status: "failed", waiting: ["ask"], error: { code: "E_BROKEN", path: "bad.f" } });
  await tasks.respond("net.ask", "ask", { approved: true });
  const end = await resume();
  expect(end).toMatchObject({
    status: "failed",
    error: { code: "E_BROKEN" },
    workflows: { ask: { status: "completed" } },
  });
  expect(end.waiting).toBeUndefined();
  await close();
});

test("with `wait` the network waits for the answer", async () => {
  const { networkOf, tasks, runtime, clock, close } = await start();
  const asked = Promise.withResolvers<void>();
  runtime.events.on("human.requested", () => asked.resolve());
  const running = networkOf([{ id: "ask", ref: "approval" }]).run({ runId: "net", wait: true });
  await asked.promise;
  await clock.advance(3_600_000);
  await tasks.respond("net.ask", "ask", { approved: true });
  expect(await clock.runUntil(running)).toMatchObject({ status: "completed" });
  await close();
});

test("cancelling a network cancels the workflows in progress, and what has not started does not", async () => {
  const { networkOf, runs, clock, close } = await start();
  const controller = new AbortController();
  const running = networkOf([
    { id: "slow", ref: "slow" },
    { id: "next", ref: "etl", after: ["slow"] },
  ]).run({
    runId: "net",
    signal: controller.signal,
    onEvent: ({ type, runId }) => {
      if (type === "node.started" && runId === "net.slow") controller.abort();
    },
  });
  const result = await clock.runUntil(running);
  expect(result).toMatchObject({
    status: "cancelled",
    error: { code: "ICE_RUN_CANCELLED" },
    workflows: {
      slow: { status: "cancelled", nodes: { s: { status: "cancelled" } } },
      next: { status: "skipped", skipReason: "runStopped" },
    },
  });
  expect(await runs.show("net.slow")).toMatchObject({ status: "cancelled" });
  await close();
});

test("cancelling a suspended network cancels the workflows that wait", async () => {
  const { run, runs, factory, close } = await start();
  await run([
    { id: "ask", ref: "approval" },
    { id: "next", ref: "etl", after: ["ask"] },
  ]);
  await runs.cancel("net", "not needed any more");
  expect(await factory.show("net")).toMatchObject({
    status: "cancelled",
    workflows: { ask: { status: "cancelled" }, next: { status: "skipped" } },
  });
  expect(await runs.show("net.ask")).toMatchObject({ status: "cancelled" });
  await close();
});

test("nothing continues in a network that is resumed only to be cancelled", async () => {
  const { networkOf, runs, factory, clock, events, close } = await start();
  const interruption = new AbortController();
  const running = networkOf([
    { id: "slow", ref: "slow" },
    { id: "next", ref: "etl", after: ["slow"] },
  ]).run({
    runId: "net",
    interrupt: interruption.signal,
    onEvent: ({ type, runId }) => {
      if (type === "node.started" && runId === "net.slow") interruption.abort();
    },
  });
  await clock.runUntil(running);
  events.clear();
  await clock.runUntil(runs.cancel("net"));
  expect(events.of("node.started")).toEqual([]);
  expect(statuses(await factory.show("net"))).toEqual({ slow: "cancelled", next: "skipped" });
  await close();
});

test("cancelling a network in progress cancels the workflow that waits in it, too", async () => {
  const { networkOf, runs, clock, close } = await start();
  const controller = new AbortController();
  const running = networkOf([
    { id: "ask", ref: "approval" },
    { id: "slow", ref: "slow" },
  ]).run({
    runId: "net",
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === "network.workflowSuspended") controller.abort();
    },
  });
  expect(statuses(await clock.runUntil(running))).toEqual({ ask: "cancelled", slow: "cancelled" });
  expect(await runs.show("net.ask")).toMatchObject({ status: "cancelled" });
  await close();
});

test("an interrupted network releases its workflows, and a resume continues those in progress", async () => {
  const { networkOf, resume, clock, events, close } = await start();
  const interruption = new AbortController();
  const running = networkOf([
    { id: "etl", ref: "etl" },
    { id: "slow", ref: "slow", after: ["etl"] },
  ]).run({
    runId: "net",
    interrupt: interruption.signal,
    onEvent: ({ type, runId }) => {
      if (type === "node.started" && runId === "net.slow") interruption.abort();
    },
  });
  const left = await clock.runUntil(running);
  expect(left.status).toBe("interrupted");
  expect(statuses(left)).toEqual({ etl: "completed", slow: "interrupted" });
  const result = await resume();
  expect(statuses(result)).toEqual({ etl: "completed", slow: "completed" });
  expect(result.workflows["slow"]).toMatchObject({ nodes: { s: { attempts: 1 } } });
  expect(events.lines("net.etl").filter((line) => line === "workflow.started")).toHaveLength(1);
  await close();
});

test("a network outlives its process: another one continues it without its files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-networks-"));
  try {
    const store = `sqlite:${join(folder, "ice.db")}`;
    const first = await start({ store });
    const network = first.networkOf([
      { id: "etl", ref: "etl" },
      { id: "ask", ref: "approval", after: ["etl"] },
      { id: "train", ref: "train", after: ["etl", "ask"], inputs: { rows: "{{ etl.output.rows }}" } },
    ]);
    expect(await network.run({ runId: "net" })).toMatchObject({ status: "suspended" });
    await first.tasks.respond("net.ask", "ask", { approved: true });
    await first.close();
    const second = await start({ store, workflows: [] });
    expect(await second.factory.resume("net")).toMatchObject({
      status: "completed",
      workflows: {
        etl: { output: { region: "eu" } },
        ask: { status: "completed" },
        train: { output: { n: { n: 3 } } },
      },
    });
    await second.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a workflow whose run started before the network recorded it is resumed", async () => {
  const { networkOf, resume, runs, clock, events, close } = await start();
  const interruption = new AbortController();
  const running = networkOf([{ id: "slow", ref: "slow" }]).run({
    runId: "net",
    interrupt: interruption.signal,
    onEvent: ({ type }) => {
      if (type === "network.workflowStarted") interruption.abort();
    },
  });
  expect((await clock.runUntil(running)).workflows).toEqual({});
  expect(await runs.show("net.slow")).toMatchObject({ status: "interrupted" });
  expect(await resume()).toMatchObject({ status: "completed", workflows: { slow: { status: "completed" } } });
  expect(events.lines("net.slow").filter((line) => line === "workflow.started")).toHaveLength(1);
  await close();
});

test("a full store suspends the network, and fails no workflow", async () => {
  let full = true;
  class FullStore extends MemoryRunStore {
    override async create(...args: Parameters<MemoryRunStore["create"]>): ReturnType<MemoryRunStore["create"]> {
      if (full && args[0].runId === "net.second") throw new IceError("ICE_STORE_FULL", "There is no room.");
      return super.create(...args);
    }
  }
  const { run, resume, close } = await start({ store: new FullStore() });
  const workflows = [
    { id: "first", ref: "etl" },
    { id: "second", ref: "etl", after: ["first"] },
  ];
  await expect(run(workflows)).rejects.toMatchObject({ code: "ICE_STORE_FULL" });
  full = false;
  expect(await resume()).toMatchObject({ status: "completed", workflows: { second: { status: "completed" } } });
  await close();
});

test("a workflow that another process is running is waited for, not disturbed", async () => {
  const { run, resume, runs, tasks, clock, close } = await start();
  await run([{ id: "ask", ref: "approval" }]);
  const elsewhere = runs.resume("net.ask", { wait: true });
  expect(await resume()).toMatchObject({
    status: "suspended",
    waiting: ["ask"],
    workflows: { ask: { runId: "net.ask", status: "running" } },
  });
  await tasks.respond("net.ask", "ask", { approved: true });
  expect(await clock.runUntil(elsewhere)).toMatchObject({ status: "completed" });
  expect(await resume()).toMatchObject({ status: "completed", workflows: { ask: { status: "completed" } } });
  await close();
});

test("a paused workflow suspends its network even with `wait`, and continues with it", async () => {
  const paused = child("paused", [
    echo("a"),
    sleep("s", 100),
    { id: "m", type: "monitor", metricExpression: "metrics.nodesCompleted >= 1", actionOnTrigger: "pause" },
    echo("b", {}, { dependencies: ["s"] }),
  ]);
  const { run, resume, close } = await start({ workflows: [paused] });
  const result = await run([{ id: "p", ref: "paused" }], {}, { wait: true });
  expect(result).toMatchObject({ status: "suspended", workflows: { p: { waiting: [{ path: "m", kind: "pause" }] } } });
  expect(await resume()).toMatchObject({ status: "completed", workflows: { p: { nodes: { b: { attempts: 1 } } } } });
  await close();
});
