import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRuntime,
  HumanTaskService,
  IceError,
  NetworkCoordinatorFactory,
  RunHost,
  RunStore,
  Tenants,
  WorkflowExecutionService,
  type NodeInput,
  type RunOptions,
} from "@ice/core";
import { createFakeClock, type FakeClock } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow, type HostOptions } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { sqliteFixture } from "./journal/sqlite-fixture.ts";
import { ask, child, named, scope, wait } from "./language-nodes.ts";
import { after, echo, sleep } from "./run-nodes.ts";

interface Place {
  readonly clock: FakeClock;
  readonly store: RunStore;
}

const worker = named("worker", [wait("w", { signal: "go" }), echo("z", {}, after("w"))]);

/** A process with a host, on a store. */
async function startHost({ clock, store }: Place, { open = true, ...host }: HostOptions & { open?: boolean } = {}) {
  const runtime = createRuntime();
  const problems: unknown[] = [];
  const { close } = await initializeOrchestrator({
    runtime,
    clock,
    store,
    staySeconds: 0,
    workflows: [worker],
    host: { onProblem: (error) => problems.push(error), ...host },
  });
  const hosting = runtime.use(RunHost);
  const runs = runtime.use(WorkflowExecutionService);
  let closed: Promise<void> | undefined;
  const end = (): Promise<void> => (closed ??= clock.runUntil(close()));
  onTestFinished(end);
  if (open) await clock.runUntil(hosting.open());
  const workflow = (nodes: readonly NodeInput[]) => new Workflow(nodes, { name: "test", runtime });
  return {
    runtime,
    runs,
    host: hosting,
    tasks: runtime.use(HumanTaskService),
    problems,
    close: end,
    workflow,
    start: (nodes: readonly NodeInput[], options: RunOptions = {}) =>
      hosting.start(workflow(nodes), {}, { runId: "r", ...options }),
    statusOf: async (runId = "r", tenant?: string) =>
      (await (tenant === undefined ? runs : runtime.use(Tenants).of(tenant).runs).show(runId)).status,
  };
}

const inMemory = (): Place => {
  const clock = createFakeClock(Date.UTC(2026, 10, 1));
  return { clock, store: new MemoryRunStore({ clock }) };
};

/** Lets everything happen that takes at most so long. */
const pass = async (clock: FakeClock, ms = 1500): Promise<void> => {
  await clock.advance(ms);
  for (let turns = 0; turns < 30; turns += 1) await clock.advance(1);
};

describe("a host", () => {
  test("starts a run as a hosted one, and says when it is recorded", async () => {
    const { clock, store } = inMemory();
    const { start, host } = await startHost({ clock, store });
    const handle = start([sleep("s", 1000)], { createdBy: "kim" });
    await clock.runUntil(handle.created);
    expect(await store.summary("r")).toMatchObject({ status: "running", hosted: true, createdBy: "kim" });
    expect(host.active).toBe(1);
    expect(await clock.runUntil(handle.result)).toMatchObject({ status: "completed" });
    await pass(clock);
    expect(host.active).toBe(0);
  });

  test("says that a run cannot start, to those who wait for its record too", async () => {
    const { clock, store } = inMemory();
    const { start } = await startHost({ clock, store });
    const first = start([echo("a")]);
    await clock.runUntil(first.result);
    const second = start([echo("a")]);
    await expect(clock.runUntil(second.created)).rejects.toMatchObject({ code: "ICE_RUN_EXISTS" });
    await expect(second.result).rejects.toMatchObject({ code: "ICE_RUN_EXISTS" });
  });

  test("continues a suspended run at the time that it waits for, and leaves one that is not hosted", async () => {
    const { clock, store } = inMemory();
    const { start, workflow, statusOf } = await startHost({ clock, store });
    await clock.runUntil(start([wait("w", { seconds: 3600 }), echo("z", {}, after("w"))]).result);
    await clock.runUntil(workflow([wait("w", { seconds: 3600 })]).execute({}, { runId: "own" }));
    await pass(clock, 3_500_000);
    expect(await statusOf()).toBe("suspended");
    await pass(clock, 100_000);
    expect([await statusOf(), await statusOf("own")]).toEqual(["completed", "suspended"]);
  });

  test("continues a run when it is answered, and one that it has not started once it is adopted", async () => {
    const { clock, store } = inMemory();
    const { start, workflow, host, tasks, statusOf } = await startHost({ clock, store });
    await clock.runUntil(start([ask("a")]).result);
    await clock.runUntil(workflow([ask("a")]).execute({}, { runId: "own" }));
    for (const runId of ["r", "own"]) await tasks.respond(runId, "a", { approved: true });
    await pass(clock);
    expect([await statusOf(), await statusOf("own")]).toEqual(["completed", "suspended"]);
    await host.adopt("own");
    await pass(clock);
    expect(await statusOf("own")).toBe("completed");
  });

  test("continues a run for signals that something in it waits for, and for no others", async () => {
    const { clock, store } = inMemory();
    const { start, runs, statusOf } = await startHost({ clock, store });
    const nodes = [
      scope("s", [wait("w", { signal: "go" })], { cancelOn: "stop" }),
      wait("late", { signal: "old", buffer: false }),
      echo("z", {}, after("s")),
    ];
    await clock.runUntil(runs.signal("r", "old").catch(() => undefined));
    for (const [runId, name, status] of [
      ["a", "other", "waiting"],
      ["b", "go", "completed"],
      ["c", "stop", "failed"],
    ] as const) {
      await clock.runUntil(start(nodes, { runId }).result);
      const { records } = await store.read(runId);
      await runs.signal(runId, name);
      await pass(clock);
      expect([name, (await runs.show(runId)).nodes["s"]?.status]).toEqual([name, status]);
      const resumed = (await store.read(runId)).records.length > records.length;
      expect([name, resumed]).toEqual([name, name !== "other"]);
    }
    await runs.signal("b", "old");
    await pass(clock);
    expect(await statusOf("b")).toBe("completed");
  });

  test("continues a run for a signal, however long a list its workflow contains", async () => {
    const { clock, store } = inMemory();
    const { start, runs, statusOf, problems } = await startHost({ clock, store });
    const long = echo("long", { l: Array.from({ length: 300_000 }, () => 1) });
    await clock.runUntil(start([long, scope("s", [wait("w", { signal: "go" })], { cancelOn: "stop" })]).result);
    await runs.signal("r", "go");
    await pass(clock);
    expect([await statusOf(), problems]).toEqual(["completed", []]);
  });

  test("cares for the runs of all tenants", async () => {
    const { clock, store } = inMemory();
    const { start, runtime, statusOf } = await startHost({ clock, store });
    await clock.runUntil(start([ask("a")], { tenant: "acme" }).result);
    await runtime.use(Tenants).of("acme").tasks.respond("r", "a", { approved: true });
    await pass(clock);
    expect(await statusOf("r", "acme")).toBe("completed");
  });

  test("continues a detached child, which it has not started itself", async () => {
    const { clock, store } = inMemory();
    const { start, runs, statusOf } = await startHost({ clock, store });
    await clock.runUntil(start([child("s", "worker", { detached: true, runId: "child" })]).result);
    await pass(clock);
    expect(await store.summary("child")).toMatchObject({ status: "suspended", hosted: true });
    await runs.signal("child", "go");
    await pass(clock);
    expect(await statusOf("child")).toBe("completed");
  });

  test("continues the network of a workflow that is signalled, so that both end", async () => {
    const { clock, store } = inMemory();
    const { host, runtime, runs, statusOf } = await startHost({ clock, store });
    const manifest = { schemaVersion: "ice-network/v1", name: "net", workflows: [{ id: "m", ref: "worker" }] };
    const network = runtime.use(NetworkCoordinatorFactory).create(manifest);
    const handle = host.startNetwork(network, { runId: "n" });
    await clock.runUntil(handle.result);
    expect([await statusOf("n"), await statusOf("n.m")]).toEqual(["suspended", "suspended"]);
    await runs.signal("n.m", "go");
    await pass(clock);
    expect([await statusOf("n"), await statusOf("n.m")]).toEqual(["completed", "completed"]);
  });

  test("resumes a run on request, and cares for it from then on", async () => {
    const { clock, store } = inMemory();
    const { host, workflow, tasks, statusOf } = await startHost({ clock, store });
    await clock.runUntil(workflow([ask("a")]).execute({}, { runId: "r" }));
    await clock.runUntil(host.resume("r"));
    await pass(clock);
    expect(await store.summary("r")).toMatchObject({ status: "suspended", hosted: true });
    await tasks.respond("r", "a", { approved: true });
    await pass(clock);
    expect(await statusOf()).toBe("completed");
    await clock.runUntil(host.resume("r")); // harmless after the end
    await expect(clock.runUntil(host.resume("missing"))).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  });

  test("takes no more runs than are allowed, and 20 in one turn of the event loop", async () => {
    const { clock, store } = inMemory();
    const { start, host } = await startHost({ clock, store }, { activeRuns: 50 });
    const handles = Array.from({ length: 50 }, (_, n) => start([sleep("s", 1000)], { runId: `r${n}` }));
    expect(() => start([echo("a")], { runId: "one more" })).toThrowError(
      expect.objectContaining({ code: "ICE_SERVER_BUSY", retryable: true }),
    );
    await clock.runUntil(Promise.all(handles.map(({ result }) => result)));
    await pass(clock);
    expect(host.active).toBe(0);
    await clock.runUntil(start([echo("a")]).result);
  });
});

describe("a host that stops", () => {
  test("waits for runs that end in time, suspends those that only wait at once, and leaves the others", async () => {
    const { clock, store } = inMemory();
    const durable = Object.assign(store, { durable: true });
    const { start, host, close, workflow } = await startHost({ clock, store: durable });
    const ends = start([sleep("s", 2000), echo("z", {}, after("s"))], { runId: "ends" });
    const left = start([sleep("s", 60_000)], { runId: "left" });
    const waits = workflow([wait("w", { seconds: 100 })]).execute({}, { runId: "waits", staySeconds: 1000 });
    await pass(clock, 100);
    const began = clock.now();
    const drained = host.drain(5000);
    expect(host.state).toBe("draining");
    expect(() => start([echo("a")])).toThrowError(expect.objectContaining({ code: "ICE_SERVER_DRAINING" }));
    expect(await clock.runUntil(waits)).toMatchObject({ status: "suspended" });
    expect(clock.now() - began).toBeLessThan(1000);
    await clock.runUntil(drained);
    expect(clock.now() - began).toBeGreaterThanOrEqual(5000);
    expect(await ends.result).toMatchObject({ status: "completed" });
    expect(await left.result).toMatchObject({ status: "interrupted" });
    await close();
  });

  test("keeps no timer once its orchestrator is closed", async () => {
    const { clock, store } = inMemory();
    const { close } = await startHost({ clock, store });
    expect(clock.pending).toBe(1);
    await close();
    expect(clock.pending).toBe(0);
  });

  test("is ready at once when nothing is in progress", async () => {
    const { clock, store } = inMemory();
    const { host } = await startHost({ clock, store });
    const began = clock.now();
    await clock.runUntil(host.drain(10_000));
    expect(clock.now() - began).toBeLessThan(100);
  });
});

describe("hosts on one file", () => {
  test("the next host continues what the last one has left, and finished nodes do not run again", async () => {
    const fixture = await sqliteFixture();
    onTestFinished(() => fixture.close());
    const { clock } = fixture;
    const first = await startHost({ clock, store: fixture.store });
    const handle = first.start([echo("a"), sleep("s", 60_000, after("a")), echo("z", {}, after("s"))]);
    await pass(clock, 1000);
    await clock.runUntil(first.host.drain(0));
    expect(await handle.result).toMatchObject({ status: "interrupted" });
    await first.close();
    const store = await fixture.another();
    const second = await startHost({ clock, store });
    await pass(clock, 61_000);
    expect(await second.runs.show("r")).toMatchObject({ status: "completed", nodes: { a: { attempts: 1 } } });
  });

  test("an answer and a signal from another process continue a run; that process owns none of it", async () => {
    const fixture = await sqliteFixture();
    onTestFinished(() => fixture.close());
    const { clock } = fixture;
    const { start, statusOf } = await startHost({ clock, store: fixture.store });
    await clock.runUntil(start([ask("a"), wait("w", { signal: "go" }), echo("z", {}, after("a", "w"))]).result);
    const other = await startHost({ clock, store: await fixture.another() }, { open: false });
    await clock.runUntil(other.tasks.respond("r", "a", { approved: true }));
    await pass(clock);
    expect(await statusOf()).toBe("suspended");
    await clock.runUntil(other.runs.signal("r", "go"));
    await pass(clock);
    expect(await statusOf()).toBe("completed");
  });

  test("of two hosts one continues a run, and the other leaves it alone", async () => {
    const fixture = await sqliteFixture();
    onTestFinished(() => fixture.close());
    const { clock } = fixture;
    const first = await startHost({ clock, store: fixture.store });
    const second = await startHost({ clock, store: await fixture.another() });
    await clock.runUntil(first.start([wait("w", { seconds: 100 }), sleep("s", 500, after("w"))]).result);
    await pass(clock, 103_000);
    expect(await first.statusOf()).toBe("completed");
    const { records } = await first.runtime.use(RunStore).read("r");
    expect(records.filter(({ kind }) => kind === "resumed")).toHaveLength(1);
    expect([first.problems, second.problems]).toEqual([[], []]);
  });
});

test("a run that cannot be continued here is reported, and tried again after growing pauses", async () => {
  const { clock, store } = inMemory();
  const first = await startHost({ clock, store });
  await clock.runUntil(first.start([ask("a")]).result);
  store.open = () => Promise.reject(new IceError("ICE_STORE_CORRUPT", "The store is damaged."));
  await first.tasks.respond("r", "a", { approved: true });
  await pass(clock, 20_000);
  // At once, and after 1, 2, 4 and 8 seconds.
  expect(first.problems).toMatchObject(Array.from({ length: 5 }, () => ({ code: "ICE_STORE_CORRUPT" })));
});

test("a host is starting until all runs that were left are in progress, and takes new ones meanwhile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-run-host-"));
  const start = async () => {
    const runtime = createRuntime();
    const orchestrator = await initializeOrchestrator({ runtime, store: `sqlite:${join(folder, "ice.db")}` });
    onTestFinished(() => orchestrator.close());
    const workflow = new Workflow([sleep("s", 60_000)], { name: "test", runtime });
    return { host: runtime.use(RunHost), workflow, close: () => orchestrator.close() };
  };
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const count = 230;
  const first = await start();
  await Promise.all(Array.from({ length: count }, () => first.host.start(first.workflow).created));
  await first.host.drain(0);
  await first.close();
  const { host, workflow } = await start();
  expect(host.state).toBe("ready");
  const opened = host.open();
  expect(host.state).toBe("starting");
  await host.start(workflow).created;
  expect(host.state).toBe("starting");
  await opened;
  expect([host.state, host.active]).toEqual(["ready", count + 1]);
  await host.drain(0);
});
