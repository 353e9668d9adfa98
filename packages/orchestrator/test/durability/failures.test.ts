import { describe, expect, test } from "vitest";
import { ask, createWorld, effect, node } from "./processes.ts";

const retries = (backoffSeconds: number, maxAttempts = 5) => ({
  retryPolicy: { maxAttempts, backoffStrategy: "fixed", backoffSeconds, maxBackoffSeconds: backoffSeconds },
});

describe("a crash during back-off", () => {
  test("the attempts continue, after the rest of the delay", async () => {
    const { clock, boot, calls } = createWorld();
    const first = await boot();
    void first.execute([effect("a", { failures: 2 }, retries(100))]);
    await clock.advance(30_000);
    first.kill();
    await clock.advance(20_000);
    const result = await (await boot()).resume();
    expect(result).toMatchObject({ status: "completed", nodes: { a: { attempts: 3 } } });
    expect(calls.map(({ attempt, at }) => [attempt, at - calls[0]!.at])).toEqual([
      [1, 0],
      [2, 100_000],
      [3, 200_000],
    ]);
    expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  test("a delay that passed meanwhile is over", async () => {
    const { clock, boot, calls } = createWorld();
    const first = await boot();
    void first.execute([effect("a", { failures: 1 }, retries(10))]);
    await clock.advance(1000);
    first.kill();
    await clock.advance(3_600_000);
    await (await boot()).resume();
    expect(calls[1]!.at - calls[0]!.at).toBe(3_601_000);
  });

  test("a container that is tried again starts its children again, once", async () => {
    const { clock, boot, callsOf } = createWorld();
    const first = await boot();
    const failing = node("f", "tool", { toolName: "fail", toolArgs: {} });
    void first.execute([
      node("c", "condition", { expression: "true", truePath: [effect("x"), failing], ...retries(10, 2) }),
    ]);
    await clock.advance(1000);
    first.kill();
    const result = await (await boot()).resume();
    expect(result).toMatchObject({ status: "failed", nodes: { c: { attempts: 2 }, "c.x": { status: "completed" } } });
    expect(callsOf("c.x")).toHaveLength(2);
  });
});

describe("an answer", () => {
  const yes = { id: "h#1", path: "h", value: { approved: true }, by: "kim", at: 1 };

  test("that comes before the request is there when it is made", async () => {
    const { clock, disk, boot } = createWorld();
    disk.signal("r", yes);
    const { execute } = await boot();
    const result = await clock.runUntil(execute([ask("h")]));
    expect(result).toMatchObject({ status: "completed", output: { h: { approved: true, respondedBy: "kim" } } });
  });

  test("that comes while no process lives counts at the resume, and only the first of several", async () => {
    const { clock, disk, boot } = createWorld();
    const first = await boot();
    await clock.runUntil(first.execute([ask("h")]));
    first.kill();
    disk.signal("r", yes);
    disk.signal("r", { ...yes, value: { approved: false }, by: "lee" });
    const second = await boot();
    await expect(second.tasks.respond("r", "h", { approved: false })).rejects.toMatchObject({
      code: "ICE_REQUEST_CLOSED",
    });
    expect((await second.resume()).output["h"]).toMatchObject({ approved: true, respondedBy: "kim" });
  });

  test("a deadline that passed meanwhile takes effect at the resume, as onTimeout says", async () => {
    const { clock, boot } = createWorld();
    const first = await boot();
    const suspended = await clock.runUntil(first.execute([ask("h", { timeoutSeconds: 60, onTimeout: "reject" })]));
    expect(suspended.status).toBe("suspended");
    first.kill();
    await clock.advance(60_000);
    const second = await boot();
    await expect(second.tasks.respond("r", "h", { approved: true })).rejects.toMatchObject({
      code: "ICE_REQUEST_CLOSED",
    });
    expect(await second.resume()).toMatchObject({
      status: "completed",
      output: { h: { approved: false, timedOut: true } },
    });
  });

  test("a process that waits for an answer applies the deadline, and then the escalation", async () => {
    const { clock, boot } = createWorld();
    const { execute, tasks } = await boot();
    const running = execute([ask("h", { timeoutSeconds: 1, onTimeout: { escalateTo: "boss", timeoutSeconds: 9 } })], {
      wait: true,
    });
    await clock.advance(5000);
    await tasks.respond("r", "h", { approved: true }, { by: "boss" });
    expect((await running).output["h"]).toMatchObject({ approved: true, escalated: true, respondedBy: "boss" });
  });

  test("to a request that was cancelled before it was recorded does not keep the run from pausing", async () => {
    const { clock, disk, boot } = createWorld();
    const { execute } = await boot({ commit: { clock, delayMs: () => 10 } });
    const monitor = node("m", "monitor", {
      metricExpression: "metrics.nodesCompleted >= 3",
      actionOnTrigger: "pause",
      alertChannels: [],
    });
    const first = node("p", "parallel", {
      branches: [[ask("h")], [node("skipped", "tool", { toolName: "effect", when: "false" })]],
      settle: "first",
    });
    const running = execute([
      first,
      effect("a", {}, { dependencies: ["p"] }),
      effect("b", { ms: 50 }, { dependencies: ["a"] }),
      effect("c", {}, { dependencies: ["b"] }),
      monitor,
    ]);
    await clock.advance(30);
    disk.signal("r", { ...yes, id: "p.h#1", path: "p.h" });
    expect(await clock.runUntil(running, { maxTimers: 500 })).toMatchObject({ status: "suspended" });
  });
});

describe("failures", () => {
  test("a failing node never restarts siblings in flight", async () => {
    const { clock, boot, callsOf } = createWorld();
    const { execute } = await boot();
    const result = await clock.runUntil(
      execute([
        effect("bad", { failures: 9, ms: 10 }, retries(0.005, 4)),
        effect("slow", { ms: 100 }),
        node("l", "loop", { itemsSource: "range(2)", parallel: true, body: [effect("x", { ms: 60 })] }),
      ]),
    );
    expect(result.status).toBe("failed");
    for (const path of ["slow", "l[0].x", "l[1].x"]) expect(callsOf(path)).toHaveLength(1);
    expect(callsOf("bad")).toHaveLength(4);
  });

  test("an attempt that timed out runs no further children, while the next one does", async () => {
    const { clock, boot, calls } = createWorld();
    const { execute } = await boot({ commit: { clock, delayMs: () => 10 } });
    const loop = node("l", "loop", {
      itemsSource: "range(9)",
      body: [effect("x", { ms: 20 })],
      timeoutSeconds: 0.1,
      ...retries(1, 2),
    });
    const result = await clock.runUntil(execute([loop]));
    expect(result).toMatchObject({ status: "failed", error: { code: "ICE_NODE_TIMEOUT" } });
    expect(calls.map(({ path }) => path)).toEqual([0, 1, 2, 0, 1, 2].map((index) => `l[${index}].x`));
    expect(Object.keys(result.nodes)).toEqual(["l[0].x", "l[1].x", "l[2].x", "l"]);
  });

  test("an attempt that timed out while its beginning was being recorded has no effect any more", async () => {
    const { clock, boot, calls } = createWorld();
    const { execute } = await boot({ commit: { clock, delayMs: () => 100 } });
    const result = await clock.runUntil(execute([effect("a", {}, { timeoutSeconds: 0.05, ...retries(1, 2) })]));
    expect([result.status, calls.length]).toEqual(["failed", 0]);
  });

  test("a budget that is used up is not forgotten by a crash: no onError absorbs it", async () => {
    const inner = node("c", "condition", {
      expression: "true",
      truePath: [effect("a"), effect("b", {}, { dependencies: ["a"] })],
      onError: "skip",
    });
    for (let nth = 1; ; nth += 1) {
      const { clock, boot } = createWorld();
      let died = false;
      const first = await boot({
        fault: (call) => (call.nth === nth ? "crashAfter" : "keep"),
        onCrash: () => (died = true),
      });
      const running = first.execute([inner, effect("z", {}, { dependencies: ["c"] })], {
        settings: { budget: { toolCalls: 1 } },
      });
      void running.catch(() => {});
      await clock.advance(1000);
      if (!died) return expect(nth).toBeGreaterThan(6);
      first.kill();
      const result = await (await boot()).resume();
      expect({ nth, status: result.status, code: result.error?.code }).toEqual({
        nth,
        status: "failed",
        code: "ICE_BUDGET_EXCEEDED",
      });
    }
  });
});

describe("monitors", () => {
  const monitor = (action: string) =>
    node("m", "monitor", {
      metricExpression: "metrics.nodesCompleted >= 1",
      actionOnTrigger: action,
      alertChannels: [],
    });
  const chain = [
    effect("a", { ms: 1 }),
    effect("b", { ms: 1 }, { dependencies: ["a"] }),
    effect("c", { ms: 1 }, { dependencies: ["b"] }),
  ];

  test.each(["pause", "abort"])("wherever a process crashes, %s happens exactly once", async (action) => {
    for (let nth = 2; ; nth += 1) {
      const { clock, boot, records } = createWorld();
      let died = false;
      const first = await boot({
        fault: (call) => (call.nth === nth ? "crashAfter" : "keep"),
        onCrash: () => (died = true),
      });
      void first.execute([monitor(action), ...chain]).catch(() => {});
      await clock.advance(1000);
      first.kill();
      const second = await boot();
      let result = await second.resume();
      while (result.status === "suspended") result = await second.resume();
      const pauses = records().filter((record) => record.kind === "suspended").length;
      expect({ nth, status: result.status, pauses }).toEqual(
        action === "pause" ? { nth, status: "completed", pauses: 1 } : { nth, status: "failed", pauses: 0 },
      );
      if (!died) return expect(nth).toBeGreaterThan(7);
    }
  });
});

test("nodes that completed in another order than in a replay have the same result", async () => {
  const nodes = [
    ...["a", "b", "c"].map((id, index) => effect(id, { ms: [30, 20, 10][index], v: id })),
    effect("first", { v: "{{ nodes }}" }, { dependencies: ["a", "b", "c"], join: "any" }),
    effect("all", { v: "{{ a.v + b.v + c.v }}", ms: 100 }, { dependencies: ["a", "b", "c"] }),
  ];
  const { clock, boot, calls } = createWorld();
  const first = await boot();
  void first.execute(nodes);
  await clock.advance(50);
  first.kill();
  const before = calls.length;
  const result = await (await boot()).resume();
  expect(result.output).toMatchObject({ first: { v: { c: { v: "c" } } }, all: { v: "abc" } });
  expect(calls.slice(before).map(({ path }) => path)).toEqual(["all"]);
});

describe("another blueprint", () => {
  const old = [effect("a"), ask("h"), effect("b", { v: 1 }, { dependencies: ["h"] })];
  const changed = [effect("a"), ask("h"), ask("h2"), effect("b", { v: 2 }, { dependencies: ["h", "h2"] })];

  test("is refused, unless it is forced; then it stays", async () => {
    const { clock, boot, callsOf } = createWorld();
    const { execute, runs, tasks, make, resume } = await boot();
    await clock.runUntil(execute(old));
    await expect(runs.resume("r", { workflow: make(changed) })).rejects.toMatchObject({
      code: "ICE_STORE_BLUEPRINT_CHANGED",
    });
    const forced = await clock.runUntil(runs.resume("r", { workflow: make(changed), force: true }));
    expect(forced.waiting?.map(({ path }) => path)).toEqual(["h", "h2"]);
    await tasks.respond("r", "h", { approved: true });
    await tasks.respond("r", "h2", { approved: true });
    const result = await resume();
    expect(result).toMatchObject({ status: "completed", output: { b: { v: 2 } } });
    expect(callsOf("a")).toHaveLength(1);
    expect(await runs.show("r")).toEqual(result);
  });

  test("the same one is accepted, also after it was forced", async () => {
    const { clock, boot } = createWorld();
    const { execute, runs, make } = await boot();
    await clock.runUntil(execute(old));
    expect((await clock.runUntil(runs.resume("r", { workflow: make(old) }))).status).toBe("suspended");
    await clock.runUntil(runs.resume("r", { workflow: make(changed), force: true }));
    await expect(runs.resume("r", { workflow: make(old) })).rejects.toMatchObject({
      code: "ICE_STORE_BLUEPRINT_CHANGED",
    });
  });
});

describe("a cancel leaves no orphan", () => {
  const nodes = [
    effect("step", { ms: 1000 }),
    ask("wait"),
    node("child", "loop", { itemsSource: "range(2)", parallel: true, body: [effect("x", { ms: 1000 }), ask("h")] }),
    node("branches", "parallel", { branches: [[effect("p", { ms: 1000 })], [effect("q", { ms: 1000 })]] }),
    effect("later", { failures: 9 }, retries(3600)),
    effect("z", {}, { dependencies: ["step"] }),
  ];
  const ends = {
    step: "cancelled",
    wait: "cancelled",
    child: "cancelled",
    branches: "cancelled",
    later: "cancelled",
    "child[1].h": "cancelled",
    "branches.p": "cancelled",
    z: "skipped",
  };

  test("in the process that has the run", async () => {
    const { clock, boot, calls } = createWorld();
    const { execute, runs, timers } = await boot();
    const running = execute(nodes);
    await clock.advance(10);
    await runs.cancel("r", "enough");
    const result = await running;
    expect(result.status).toBe("cancelled");
    for (const [path, status] of Object.entries(ends))
      expect([path, result.nodes[path]?.status]).toEqual([path, status]);
    expect(calls.filter(({ ended, aborted }) => !ended && !aborted)).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  test("after its process has crashed: started nodes are recorded, and nothing runs again", async () => {
    const { clock, boot, calls } = createWorld();
    const first = await boot();
    void first.execute(nodes);
    await clock.advance(10);
    first.kill();
    const before = calls.length;
    const { runs, timers } = await boot();
    await clock.runUntil(runs.cancel("r", "enough"));
    const result = await runs.show("r");
    expect(result.status).toBe("cancelled");
    for (const [path, status] of Object.entries(ends))
      expect([path, result.nodes[path]?.status]).toEqual([path, status]);
    expect([calls.length, timers.pending]).toEqual([before, 0]);
  });

  test("and an interrupt neither: every branch is left, nothing starts any more", async () => {
    const { clock, boot, calls } = createWorld();
    const { execute, timers } = await boot();
    const interrupt = new AbortController();
    const branch = (id: string) => [effect(id, { ms: 10 }), effect(`${id}2`, {}, { dependencies: [id] })];
    const running = execute([node("p", "parallel", { branches: [branch("a"), branch("b"), branch("c")] })], {
      interrupt: interrupt.signal,
    });
    await clock.advance(5);
    interrupt.abort();
    expect((await running).status).toBe("interrupted");
    await clock.advance(1000);
    expect(calls.map(({ path, aborted }) => [path, aborted])).toEqual([
      ["p.a", true],
      ["p.b", true],
      ["p.c", true],
    ]);
    expect(timers.pending).toBe(0);
  });
});

test("a failing store ends the run in this process with its code, and fails no node", async () => {
  for (let nth = 2; nth < 8; nth += 1) {
    const { clock, boot, disk } = createWorld();
    let failed = false;
    const first = await boot({
      fault(call) {
        if (call.name !== "append" || call.nth !== nth) return "keep";
        failed = true;
        return "reject";
      },
    });
    const running = first.execute([effect("a"), ask("h"), effect("b", {}, { dependencies: ["a"] })]);
    const end = await clock.runUntil(running.catch((error: unknown) => error));
    if (!failed) continue;
    expect(end).toMatchObject({ code: "ICE_STORE_UNAVAILABLE" });
    expect(JSON.stringify(disk.records("r"))).not.toContain("ICE_STORE");
    expect(await first.resume()).toMatchObject({ status: "suspended", waiting: [{ path: "h" }] });
  }
});

describe("when the clock jumps", () => {
  test.each([-3_600_000, 3_600_000])(
    "by %d ms while a process waits, back-off and time-outs keep their length",
    async (jump) => {
      const { clock, boot, calls } = createWorld();
      const { execute } = await boot();
      const running = execute([
        effect("a", { failures: 1 }, retries(10)),
        effect("t", { ms: 90_000 }, { timeoutSeconds: 60 }),
      ]);
      await clock.advance(1000);
      clock.jump(jump);
      const result = await clock.runUntil(running);
      expect(calls[2]!.at - calls[0]!.at).toBe(10_000 + jump);
      expect(result.nodes["t"]!.error).toMatchObject({ code: "ICE_NODE_TIMEOUT" });
      expect(
        Math.min(result.durationMs, ...Object.values(result.nodes).map(({ durationMs = 0 }) => durationMs)),
      ).toBeGreaterThanOrEqual(0);
    },
  );

  test("back between two processes, no back-off is longer than it was, and the time limit of the run is not used up", async () => {
    const { clock, boot, calls } = createWorld();
    const first = await boot();
    void first.execute([effect("a", { failures: 1 }, retries(10))], { settings: { timeoutSeconds: 60 } });
    await clock.advance(1000);
    first.kill();
    clock.jump(-86_400_000);
    const second = await boot();
    const running = second.runs.resume("r");
    await clock.advance(10_000);
    expect(await running).toMatchObject({ status: "completed" });
    expect(calls).toHaveLength(2);
  });

  test("forward while no process owns the run, deadlines pass and the time limit of the run does not", async () => {
    const { clock, boot } = createWorld();
    const first = await boot();
    const nodes = [
      ask("h", { timeoutSeconds: 60, onTimeout: "reject" }),
      effect("z", { ms: 1000 }, { dependencies: ["h"] }),
    ];
    await clock.runUntil(first.execute(nodes, { settings: { timeoutSeconds: 5 } }));
    first.kill();
    clock.jump(86_400_000);
    expect(await (await boot()).resume()).toMatchObject({ status: "completed", output: { h: { timedOut: true } } });
  });
});
