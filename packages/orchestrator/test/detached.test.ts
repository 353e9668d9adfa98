import { RunStore, type NodeInput } from "@ice/core";
import { describe, expect, test } from "vitest";
import { Workflow } from "../src/index.ts";
import { idempotencyKeyOf } from "../src/run/idempotency-key.ts";
import { createWorld } from "./durability/processes.ts";
import { ask, child, loop, named, wait } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const inputs = { type: "object", properties: { v: { type: "number" } }, required: ["v"] };
const worker = named("worker", [wait("w", { signal: "go" }), echo("z", { v: "{{ inputs.v }}" }, after("w"))], {
  inputs,
});
const slow = named("slow", [sleep("s", 5000)], { settings: { budget: { toolCalls: 1 } } });
const start = { workflows: [worker, slow, named("bad", [fail("f")])] };
const detach = (id: string, workflowRef: string, more: object = {}): NodeInput =>
  child(id, workflowRef, { detached: true, ...more });

describe("a detached workflow", () => {
  test("is a run of its own: the node completes with its id as soon as it is recorded", async () => {
    const { execute, runs, signal, resume, clock, events } = await startEngine(start);
    const nodes = [
      detach("s", "worker", { inputs: { v: 5 }, runId: "order-{{ 40 + 2 }}" }),
      echo("z", { id: "{{ s.runId }}" }),
    ];
    const result = await execute(nodes);
    expect(result).toMatchObject({ status: "completed", output: { s: { runId: "order-42" }, z: { id: "order-42" } } });
    expect(result).not.toHaveProperty("startedBy");
    await clock.runUntil(runs.whenDetachedEnd());
    const startedBy = { runId: "r", path: "s" };
    expect(await runs.show("order-42")).toMatchObject({ status: "suspended", startedBy, waiting: [{ path: "w" }] });
    expect(await runs.list({ status: "suspended" })).toMatchObject([
      { runId: "order-42", startedBy, workflow: "worker" },
    ]);
    expect(events.of("run.detached")).toMatchObject([{ runId: "r", path: "s", data: { runId: "order-42" } }]);
    await expect(signal("go")).rejects.toMatchObject({ code: "ICE_RUN_ENDED" });
    await runs.signal("order-42", "go");
    expect(await resume("order-42")).toMatchObject({ status: "completed", output: { z: { v: 5 } }, startedBy });
  });

  test("has the idempotency key of its node as id, unless it names one", async () => {
    const { runtime, execute } = await startEngine(start);
    const detached = detach("s", "worker", { inputs: { v: 1 }, runId: "{{ null }}" });
    const { output } = await execute([loop("l", "[1, 2]", [detached])]);
    const store = runtime.use(RunStore);
    const ids = [0, 1].map((index) => idempotencyKeyOf({ id: "r", store }, `l[${index}].s`));
    expect(output["l"]).toEqual(ids.map((runId) => ({ runId })));
  });

  test("has its own budget, limits and end: the starter neither waits, nor fails or is cancelled with it", async () => {
    const { execute, runs, clock } = await startEngine(start);
    const nodes = [detach("a", "bad", { runId: "a" }), detach("b", "slow", { runId: "b" }), ask("h")];
    const result = await execute(nodes, { timeoutSeconds: 1 }, { settings: { budget: { nodes: 3, toolCalls: 0 } } });
    expect(result).toMatchObject({ status: "suspended", usage: { toolCalls: 0 }, durationMs: 0 });
    await runs.cancel("r");
    await clock.runUntil(runs.whenDetachedEnd());
    expect(await runs.show("r")).toMatchObject({ status: "cancelled", nodes: { b: { status: "completed" } } });
    expect(await runs.show("a")).toMatchObject({ status: "failed", error: { path: "f" } });
    expect(await runs.show("b")).toMatchObject({ status: "completed", durationMs: 5000, usage: { toolCalls: 1 } });
  });

  test.each<[string, object]>([
    ["ICE_INPUT_INVALID", { inputs: { v: "text" } }],
    ["ICE_INPUT_INVALID", { inputs: { v: 1 }, runId: "{{ [1] }}" }],
    ["ICE_INPUT_INVALID", { inputs: { v: 1 }, runId: "a/b" }],
    // Ids of a schedule's times and of idempotency keys.
    ["ICE_INPUT_INVALID", { inputs: { v: 1 }, runId: "s-{{ 'daily' }}-1800000000" }],
    ["ICE_INPUT_INVALID", { inputs: { v: 1 }, runId: "k-abc" }],
  ])("is checked before it is recorded: %s for %j", async (code, more) => {
    const { execute, runs } = await startEngine(start);
    expect((await execute([detach("s", "worker", more)])).error).toMatchObject({ code, path: "s" });
    expect((await runs.list()).map(({ runId }) => runId)).toEqual(["r"]);
  });

  test("cannot have the id of another run; the one that this node has started is found again", async () => {
    const { execute, runs } = await startEngine(start);
    const more = { inputs: { v: 1 }, runId: "taken" };
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    const body = [detach("s", "worker", more), fail("f", { untilAttempt: 1 }, after("s"))];
    const first = await execute([loop("l", "[1]", [...body, fail("g", {}, after("f"))], { retryPolicy })]);
    expect(first.nodes).toMatchObject({ l: { attempts: 2 }, "l[0].s": { output: { runId: "taken" } } });
    expect(await runs.list({ workflow: "worker" })).toHaveLength(1);
    const others = [detach("s", "worker", more), detach("t", "worker", { ...more, runId: "r" })];
    for (const other of others) {
      const { error } = await execute([other], { runId: `other-${other.id}` });
      expect(error).toMatchObject({ code: "ICE_RUN_EXISTS", path: other.id });
    }
  });
});

test("the 32 levels of sub-workflows count through detached runs; beyond them nothing is recorded", async () => {
  const again = { runId: "{{ run.id }}x", inputs: { n: "{{ inputs.n - 1 }}" }, when: "inputs.n > 0" };
  const self = named("self", [detach("s", "self", again), child("w", "leaf", { when: "inputs.n == 0" })]);
  const { execute, runs, clock } = await startEngine({ workflows: [self, named("leaf", [echo("a")])] });
  const deepest = async (runId: string, n: number) => {
    await execute([child("c", "self", { inputs: { n } })], { runId });
    await clock.runUntil(runs.whenDetachedEnd());
    const [last] = (await runs.list({ limit: 1000 }))
      .filter((run) => run.runId.startsWith(runId))
      .toSorted((a, b) => b.runId.length - a.runId.length);
    return runs.show(last!.runId);
  };
  expect(await deepest("a", 30)).toMatchObject({
    runId: `a${"x".repeat(30)}`,
    status: "completed",
    nodes: { "w.a": { status: "completed" } },
  });
  expect(await deepest("b", 31)).toMatchObject({
    runId: `b${"x".repeat(31)}`,
    error: { code: "ICE_DEPTH_LIMIT", path: "w" },
  });
  expect(await deepest("c", 32)).toMatchObject({
    runId: `c${"x".repeat(31)}`,
    error: { code: "ICE_DEPTH_LIMIT", path: "s" },
  });
});

test("at most `limits.detachedRuns` are in progress: a workflow that starts itself many times does not take all memory", async () => {
  const bomb = named("bomb", [
    loop("l", "range(3)", [detach("s", "bomb")], { parallel: true, onItemError: "collect" }),
    sleep("busy", 1000, after("l")),
  ]);
  const { execute, runs, clock, runtime } = await startEngine({
    workflows: [bomb, slow],
    limits: { detachedRuns: 20 },
  });
  await execute([detach("s", "bomb")]);
  await clock.advance(500);
  expect(await runs.list({ status: "running", limit: 1000 })).toHaveLength(20);
  await clock.runUntil(runs.whenDetachedEnd());
  const results = await Promise.all((await runs.list({ limit: 1000 })).map(({ runId }) => runs.show(runId)));
  const codes = results.flatMap(({ nodes }) => Object.values(nodes).map(({ error }) => error?.code));
  expect(codes).toContain("ICE_DETACHED_LIMIT");
  expect(codes.filter((code) => code !== undefined && code !== "ICE_DETACHED_LIMIT")).toEqual([]);
  await new Workflow([detach("s", "slow")], { name: "later", runtime }).execute({}, { runId: "later" });
  await clock.runUntil(runs.whenDetachedEnd());
  expect(await runs.show("later")).toMatchObject({ status: "completed" });
});

test("after a crash between the start of a detached run and its outcome, the same run is found again", async () => {
  const { clock, boot, disk } = createWorld();
  let died = (): void => {};
  const crash = new Promise<void>((resolve) => (died = resolve));
  const first = await boot(
    {
      fault: ({ record }) => (record?.kind === "outcome" && record.path === "s" ? "crashBefore" : "keep"),
      onCrash: () => died(),
    },
    start,
  );
  void first.execute([detach("s", "worker", { inputs: { v: 1 } }) as never]);
  await clock.runUntil(crash);
  first.kill();
  const second = await boot({}, start);
  const { status, output } = await second.resume();
  const { runId } = output["s"] as { runId: string };
  expect([status, (await disk.connect({}).list()).length]).toEqual(["completed", 2]);
  expect(await clock.runUntil(second.runs.resume(runId))).toMatchObject({
    status: "suspended",
    startedBy: { runId: "r", path: "s" },
  });
});

test("the process can wait for detached runs, of every tenant, also those that they start themselves", async () => {
  const parent = named("parent", [sleep("t", 10), detach("s", "slow", { runId: "grandchild", ...after("t") })]);
  const { execute, runs, clock, runtime } = await startEngine({ workflows: [...start.workflows, parent] });
  await execute([detach("s", "parent", { runId: "child" })], { tenant: "acme" });
  const began = clock.now();
  await clock.runUntil(runs.whenDetachedEnd());
  expect(clock.now() - began).toBe(5010);
  const acme = runtime.use(RunStore).forTenant("acme");
  expect(await acme.summary("grandchild")).toMatchObject({
    status: "completed",
    startedBy: { runId: "child", path: "s" },
  });
  await runs.whenDetachedEnd();
});

test("a workflow that is not detached runs inside its node", async () => {
  const { output, nodes } = await runNodes([child("s", "slow")], { start });
  expect([output, Object.keys(nodes)]).toEqual([{ s: { s: { ms: 5000 } } }, ["s.s", "s"]]);
});
