import type { ChildNode, JournalRecord, ResumeOptions } from "@ice/core";
import type { StoreCall } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { ask, createWorld, effect, node } from "./durability/processes.ts";

const after = (...dependencies: string[]) => ({ dependencies });
const scope = (id: string, body: readonly ChildNode[], more: object = {}): ChildNode =>
  node(id, "scope", { body, ...more });
const wait = (id: string, more: object): ChildNode => node(id, "wait", more);
const fails = (id: string, more: object = {}): ChildNode => effect(id, { failures: 9 }, more);
const retryPolicy = { maxAttempts: 2, backoffStrategy: "fixed", backoffSeconds: 0.01 };

type World = ReturnType<typeof createWorld>;
type Process = Awaited<ReturnType<World["boot"]>>;

/** Runs nodes in a process that dies at a record, before it is durable; the next one may go on. */
async function diedAt(nodes: readonly ChildNode[], isLast: (record: JournalRecord) => boolean, settings: object = {}) {
  const world = createWorld();
  const { clock, boot } = world;
  const died = Promise.withResolvers<"died">();
  const fault = ({ record }: StoreCall) => (record !== undefined && isLast(record) ? "crashBefore" : "keep");
  const first = await boot({ fault, onCrash: () => died.resolve("died") });
  const end = await clock.runUntil(Promise.race([first.execute(nodes, { settings }), died.promise]));
  first.kill();
  return { ...world, end };
}

const isEndOf =
  (path: string) =>
  (record: JournalRecord): boolean =>
    record.kind === "outcome" && record.path === path;

describe("another attempt after a resume", () => {
  test("of a container whose node had failed before", async () => {
    const { clock, boot } = createWorld();
    const first = await boot();
    const nodes = [scope("s", [ask("h"), effect("f", { failures: 1 }), effect("z", {}, after("h"))], { retryPolicy })];
    expect(await clock.runUntil(first.execute(nodes))).toMatchObject({ status: "suspended" });
    first.kill();
    const second = await boot();
    for (let asked = 1; asked <= 2; asked += 1) {
      await second.tasks.respond("r", "s.h", { approved: true });
      const { status } = await second.resume();
      expect(status).toBe(asked === 1 ? "suspended" : "failed");
    }
  });

  test("of a container that had timed out, and whose scope was cleaning up", async () => {
    const nodes = [
      node("l", "loop", {
        itemsSource: "[1]",
        body: [scope("s", [effect("slow", { ms: 1e6 })], { finally: [effect("free", { ms: 5 })] })],
        timeoutSeconds: 0.02,
        retryPolicy,
      }),
    ];
    const { boot, callsOf } = await diedAt(nodes, isEndOf("l[0].s.free"));
    expect(await (await boot()).resume()).toMatchObject({
      status: "failed",
      error: { code: "ICE_NODE_TIMEOUT" },
      nodes: { l: { attempts: 2 } },
    });
    expect(callsOf("l[0].s.slow")).toHaveLength(2);
  });
});

test("an error is caught by the code of its cause, also of a foreign one, and after a resume", async () => {
  const { clock, boot } = createWorld();
  const handler = { catch: { codes: ["ENOENT"], body: [effect("c")] } };
  const first = await boot();
  const nodes = [scope("s", [ask("h"), effect("f", { code: "ENOENT" })], handler)];
  expect(await clock.runUntil(first.execute(nodes))).toMatchObject({ status: "suspended" });
  first.kill();
  const second = await boot();
  await second.tasks.respond("r", "s.h", { approved: true });
  expect(await second.resume()).toMatchObject({ status: "completed", nodes: { "s.c": { status: "completed" } } });
});

describe("a process that dies while a scope cleans up", () => {
  test("after an end in its `catch`: what that had begun is closed, too", async () => {
    const inner = scope("t", [effect("a"), node("e", "end", { status: "completed", ...after("a") })], {
      finally: [effect("free", { ms: 5 })],
    });
    const nodes = [scope("s", [fails("f")], { catch: { body: [inner] } })];
    const { boot } = await diedAt(nodes, isEndOf("s.t.free"));
    expect(await (await boot()).resume()).toMatchObject({
      status: "completed",
      nodes: { "s.t.free": { status: "completed" }, "s.t": { status: "cancelled" }, s: { status: "cancelled" } },
    });
  });

  test("after a stop: one that has closed already is cancelled, however long it takes to enter the others", async () => {
    const open = scope("t", [effect("slow", { ms: 1e6 })], { finally: [effect("free", { ms: 50 })] });
    const deep = node("deep", "loop", {
      itemsSource: "range(9)",
      itemVar: "n",
      body: [effect("q"), { ...open, ...after("q"), when: "n == 8" }],
    });
    const items = [scope("s", [ask("h")], { when: "item == 0" }), { ...deep, when: "item == 1" }];
    const nodes = [node("l", "loop", { itemsSource: "[0, 1]", parallel: true, body: items })];
    const { boot } = await diedAt(nodes, isEndOf("l[0].s"), { timeoutSeconds: 0.02 });
    expect(await (await boot()).resume()).toMatchObject({
      status: "failed",
      error: { code: "ICE_RUN_TIMEOUT" },
      nodes: { "l[0].s": { status: "cancelled" }, "l[1].deep[8].t.free": { status: "completed" } },
    });
  });

  test("after a budget of nodes was used up: the next one refuses nothing that had begun", async () => {
    const nodes = [scope("s", [effect("a"), effect("b", {}, after("a"))], { finally: [effect("free", { ms: 5 })] })];
    const { boot } = await diedAt(nodes, isEndOf("s.free"), { budget: { nodes: 2 } });
    expect(await (await boot()).resume()).toMatchObject({
      status: "failed",
      error: { code: "ICE_BUDGET_EXCEEDED", path: "s.b" },
      nodes: { "s.free": { status: "completed" }, s: { status: "cancelled" } },
    });
  });

  test("after its time for that had passed: the rest is not done by the next one, and the scope says so", async () => {
    const nodes = [
      scope("s", [effect("a"), fails("f", after("a"))], {
        cleanupSeconds: 0.01,
        compensate: {
          a: [scope("t", [effect("revert", { ms: 5 }), effect("more", { ms: 100 })], { finally: [effect("free")] })],
        },
      }),
    ];
    const undisturbed = await diedAt(nodes, () => false);
    const { boot } = await diedAt(nodes, isEndOf("s.t"));
    const result = await (await boot()).resume();
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "ICE_CLEANUP_FAILED", details: { failed: [{ path: "s", code: "ICE_NODE_TIMEOUT" }] } },
      nodes: { "s.t.revert": { status: "completed" }, "s.t": { status: "cancelled" } },
    });
    expect((undisturbed.end as { error: object }).error).toEqual(result.error);
  });

  test("of nodes that are repeated freely, before anything of it is recorded: none of them has begun", async () => {
    const body = [effect("a", { ms: 5 }, { toolName: "repeatable" })];
    for (const commitMs of [0, 10]) {
      const { clock, boot, calls } = createWorld();
      const first = await boot(commitMs === 0 ? {} : { commit: { clock, delayMs: () => commitMs } });
      void first.execute([scope("s", body, { finally: [effect("free")] })]);
      await clock.advance(commitMs + 1);
      first.kill();
      const second = await boot();
      await clock.runUntil(second.runs.cancel("r"));
      const freed = calls.filter(({ path }) => path === "s.free");
      expect(freed).toHaveLength(calls.some(({ path }) => path === "s.a") ? 1 : 0);
    }
  });
});

test("a run that is cancelled while a monitor pauses it cleans up and ends", async () => {
  const { clock, boot } = createWorld();
  const { runs, execute } = await boot();
  const metricExpression = "metrics.nodesCompleted >= 1";
  const running = execute([
    node("m", "monitor", { metricExpression, actionOnTrigger: "pause", alertChannels: [] }),
    scope("s", [effect("a"), effect("b", { ms: 100 })], { compensate: { a: [effect("revert")] } }),
  ]);
  await clock.advance(10);
  await runs.cancel("r");
  expect(await clock.runUntil(running)).toMatchObject({
    status: "cancelled",
    nodes: { "s.revert": { status: "completed" }, s: { status: "cancelled" } },
  });
});

describe("a wait that is entered again takes what came for it", () => {
  const waits = [wait("w", { signal: "x", timeoutSeconds: 0.1 }), effect("slow", { ms: 500 })];

  /** The wait, after a resume, and its end in milliseconds after that. */
  async function resumed(others: readonly ChildNode[], options: (world: World, first: Process) => ResumeOptions) {
    const world = createWorld();
    const { clock, disk, boot } = world;
    const first = await boot();
    void first.execute([...others, ...waits]);
    await clock.advance(10);
    first.kill();
    disk.signal("r", { id: "1", name: "x", path: "", value: 1, by: null, at: clock.now() });
    const second = await boot();
    const at = clock.now();
    const { nodes } = await clock.runUntil(second.runs.resume("r", options(world, second)));
    return { output: nodes["w"]!.output, afterMs: nodes["w"]!.endedAt! - at };
  }

  test("at once, although a scope that is cancelled never enters its own", async () => {
    const others = [scope("s", [wait("never", { signal: "y" })], { cancelOn: "x", onError: "skip" })];
    expect(await resumed(others, () => ({}))).toMatchObject({ output: { payload: 1 }, afterMs: 0 });
  });

  test("in time, although the blueprint has lost another one", async () => {
    const changed = (_: World, { make }: Process) => ({ workflow: make(waits), force: true });
    const { output, afterMs } = await resumed([wait("never", { signal: "y" })], changed);
    expect(output).toMatchObject({ payload: 1 });
    expect(afterMs).toBeLessThanOrEqual(100);
  });
});

test("the loser of a race is recorded before the run is suspended for another wait", async () => {
  const { clock, boot } = createWorld();
  const first = await boot({ commit: { clock, delayMs: () => 50 } });
  const nodes = [
    node("p", "parallel", { settle: "first", branches: [[ask("a")], [effect("b", { ms: 5 })]] }),
    effect("z", {}, after("p")),
    ask("h"),
  ];
  expect(await clock.runUntil(first.execute(nodes))).toMatchObject({
    status: "suspended",
    nodes: { p: { status: "completed" }, z: { status: "completed" } },
  });
});

test("a store that fails when a detached run is recorded interrupts the run that starts it, and fails no node", async () => {
  const { clock, boot } = createWorld();
  const workflows = [{ name: "child", nodes: [effect("c")] }] as never;
  const fault = ({ name, runId }: StoreCall) => (name === "create" && runId !== "r" ? "reject" : "keep");
  const first = await boot({ fault }, { workflows });
  const nodes = [node("d", "workflow", { workflowRef: "child", detached: true, runId: "c" })];
  await expect(clock.runUntil(first.execute(nodes))).rejects.toMatchObject({ code: "ICE_STORE_UNAVAILABLE" });
  first.kill();
  const second = await boot({}, { workflows });
  expect(await second.resume()).toMatchObject({ status: "completed", output: { d: { runId: "c" } } });
});
