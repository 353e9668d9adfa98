import { defineTool, HumanTaskService, type Json, type NodeInput } from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { ask, child, loop, named, node, parallel, scope, wait } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const nothing = { signal: null, payload: null, id: null, by: null };

describe("the time of a wait", () => {
  test.each<[string, object, number]>([
    ["seconds", { seconds: 90 }, 90_000],
    ["a fraction of a second", { seconds: 0.4 }, 400],
    ["no time at all", { seconds: 0 }, 0],
    ["seconds of a template", { seconds: "{{ inputs.n * 2 }}" }, 20_000],
    ["epoch milliseconds", { at: start + 1500 }, 1500],
    ["a moment of a template", { at: "{{ run.startedAt + 300 }}" }, 300],
    ["RFC 3339 in UTC", { at: "2026-01-01T00:00:30Z" }, 30_000],
    ["RFC 3339 with an offset and a fraction", { at: "2026-01-01T02:00:00.250+02:00" }, 250],
    ["a text of a template", { at: "{{ inputs.day + 'T00:01:00-00:00' }}" }, 60_000],
    ["forty days, more than a timer of Node lasts", { seconds: 40 * 86_400 }, 40 * day],
    ["ten years", { seconds: 315_360_000 }, 3650 * day],
  ])("can be given as %s", async (_name, fields, ms) => {
    const result = await runNodes([wait("w", fields)], {
      inputs: { n: 10, day: "2026-01-01" },
      options: { wait: true },
    });
    expect(result).toMatchObject({
      status: "completed",
      output: { w: { ...nothing, at: start + ms } },
      durationMs: ms,
    });
  });

  test("may have passed: the node completes at once, with that time in its output", async () => {
    const nodes = [wait("w", { at: "2020-02-02T10:00:00+02:00" }), wait("v", { at: -1, signal: "x" })];
    const { output, durationMs, test: engine } = await runNodes(nodes);
    expect([output, durationMs]).toEqual([{ w: { ...nothing, at: 1_580_630_400_000 }, v: { ...nothing, at: -1 } }, 0]);
    expect(engine.clock.pending).toBe(0);
  });

  test.each<[string, object]>([
    ["negative seconds", { seconds: "{{ -1 }}" }],
    ["more than ten years", { seconds: "{{ 315360001 }}" }],
    ["seconds as text", { seconds: "{{ '5' }}" }],
    ["no seconds", { seconds: "{{ null }}" }],
    ["a moment without an offset", { at: "{{ '2026-01-01T00:00:00' }}" }],
    ["a date alone", { at: "{{ '2026-01-01' }}" }],
    ["a day that does not exist", { at: "{{ '2026-02-30T00:00:00Z' }}" }],
    ["a moment after the last one of a date", { at: "{{ 8640000000000001 }}" }],
    ["no moment", { at: "{{ null }}" }],
    ["a name with a space", { signal: "a {{ 'b' }}" }],
    ["an empty name", { signal: "{{ '' }}" }],
    ["a name of 129 characters", { signal: `{{ 'x' }}${"x".repeat(128)}` }],
    ["one bad name of several", { signal: ["x", "{{ '-x' }}"] }],
    ["a number as name", { signal: "{{ 5 }}" }],
    ["no names", { signal: "{{ [] }}" }],
    ["17 names", { signal: "{{ range(17).map(n, 'x') }}" }],
  ])("or the name of its signal fails the node if a template returns %s", async (_name, fields) => {
    const { error, nodes } = await runNodes([wait("w", fields)]);
    expect(error).toMatchObject({ code: "ICE_INPUT_INVALID", path: "w" });
    expect(nodes["w"]).toMatchObject({ status: "failed", attempts: 1 });
  });
});

describe("a suspended run", () => {
  test("lists what it waits for, and its summary has the earliest time", async () => {
    const { execute, runs } = await startEngine();
    const nodes = [
      wait("timer", { seconds: 7200 }),
      wait("signal", { signal: "{{ 'paid' }}" }),
      wait("either", { signal: ["paid", "item:{{ 1 + 1 }}"], seconds: 9000 }),
      wait("deadline", { signal: "paid", timeoutSeconds: 3600 }),
      echo("on"),
    ];
    const result = await execute(nodes);
    const never = { resumeAt: null, expiresAt: null };
    expect(result.waiting).toEqual([
      { path: "timer", kind: "timer", resumeAt: start + 7_200_000 },
      { path: "signal", kind: "signal", signals: ["paid"], ...never },
      { path: "either", kind: "signal", signals: ["paid", "item:2"], resumeAt: start + 9_000_000, expiresAt: null },
      { path: "deadline", kind: "signal", signals: ["paid"], resumeAt: null, expiresAt: start + 3_600_000 },
    ]);
    expect(result.nodes).toMatchObject({ timer: { status: "waiting", type: "wait" }, on: { status: "completed" } });
    expect(await runs.list()).toMatchObject([{ status: "suspended", resumeAt: start + 3_600_000 }]);
    expect(await runs.list({ dueBy: start + 3_599_999 })).toEqual([]);
    expect(await runs.list({ dueBy: start + 3_600_000 })).toHaveLength(1);
    const reasons = (await runs.explain("r")).map(({ path, status, reason }) => `${path} ${status}: ${reason}`);
    expect(reasons).toEqual([
      "timer waiting: waits until 2026-01-01T02:00:00.000Z",
      'signal waiting: waits for a signal "paid"',
      'either waiting: waits for a signal "paid" or "item:2", or until 2026-01-01T02:30:00.000Z',
      'deadline waiting: waits for a signal "paid"; fails at 2026-01-01T01:00:00.000Z',
    ]);
  });

  test("explains what has come while no process ran it", async () => {
    const { execute, signal, clock, runs } = await startEngine();
    const nodes = [
      wait("timer", { seconds: 60 }),
      wait("paid", { signal: "paid", timeoutSeconds: 7200 }),
      wait("late", { signal: "late", timeoutSeconds: 60 }),
      wait("number", { signal: "n", payloadSchema: { type: "number" } }),
      wait("other", { signal: "other" }),
    ];
    await execute(nodes, { staySeconds: 0 });
    await signal("paid");
    await signal("n", 5);
    await signal("unknown");
    clock.jump(61_000);
    await signal("late");
    expect((await runs.explain("r")).map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      "timer: its time has come: it continues when the run is resumed",
      'paid: has its signal "paid": it continues when the run is resumed',
      "late: its deadline has passed, which takes effect when the run is resumed",
      'number: has its signal "n": it continues when the run is resumed',
      'other: waits for a signal "other"',
    ]);
  });

  test("is explained from its records where a tool is missing", async () => {
    const store = new MemoryRunStore();
    const yo = defineTool({ name: "yo", args: z.object({}), run: async () => "yo" });
    const { execute } = await startEngine({ store, tools: [yo] });
    const tool = { id: "y", type: "tool", toolName: "yo", dependencies: ["timer"] } as NodeInput;
    await execute([echo("on"), wait("timer", { seconds: 7200 }), tool], { staySeconds: 0 });
    const elsewhere = await startEngine({ store });
    const reasons = (await elsewhere.runs.explain("r")).map(
      ({ path, status, reason }) => `${path} ${status}: ${reason}`,
    );
    expect(reasons).toEqual([
      "timer waiting: waits until 2026-01-01T02:00:00.000Z",
      expect.stringMatching(/^y pending: has not started; The run "r" cannot be continued here: .*"yo"/),
    ]);
  });

  test("does not lose an answer or a signal because a time passed before the resume", async () => {
    const { execute, resume, signal, clock, runtime } = await startEngine();
    const race = (id: string, first: NodeInput): NodeInput =>
      parallel(id, [[first], [wait(`${id}_time`, { seconds: 3600 })]], { settle: "first" });
    await execute([race("one", ask("answer")), race("two", wait("sent", { signal: "x" }))]);
    await runtime.use(HumanTaskService).respond("r", "one.answer", { approved: true });
    await signal("x");
    clock.jump(2 * 3_600_000);
    expect(await resume()).toMatchObject({
      status: "completed",
      output: { one: { answer: { approved: true } }, two: { sent: { signal: "x" } } },
    });
  });

  test("has no time in its summary if it waits only for signals, or has ended", async () => {
    const { execute, signal, resume, runs } = await startEngine();
    await execute([wait("w", { signal: "x" })]);
    expect((await runs.list())[0]).not.toHaveProperty("resumeAt");
    await signal("x");
    expect(await resume()).not.toHaveProperty("waiting");
    expect(await runs.list({ dueBy: Infinity })).toEqual([]);
  });

  test("waits for no timer within `staySeconds`: for such a timer the process stays, but not for a deadline", async () => {
    const minute = await startEngine();
    expect((await minute.execute([wait("w", { seconds: 60 })], { runId: "a" })).status).toBe("completed");
    expect((await minute.execute([wait("w", { seconds: 60.001 })], { runId: "b" })).status).toBe("suspended");
    const five = await startEngine({ staySeconds: 5 });
    expect((await five.execute([wait("w", { seconds: 6 })], { runId: "a" })).status).toBe("suspended");
    const patient = { runId: "b", staySeconds: 7 };
    expect((await five.execute([wait("w", { seconds: 6 })], patient)).status).toBe("completed");
    const hurried = { runId: "c", staySeconds: 0 };
    expect((await five.execute([wait("w", { seconds: 1 })], hurried)).status).toBe("suspended");
    const deadline = [wait("w", { signal: "x", timeoutSeconds: 1 })];
    expect((await five.execute(deadline, { runId: "d" })).status).toBe("suspended");
    const waiting = await five.execute(deadline, { runId: "e", wait: true });
    expect(waiting.error).toMatchObject({ code: "ICE_NODE_TIMEOUT", path: "w" });
  });

  test("counts its waits among the running nodes of `metrics`", async () => {
    const metricExpression = "metrics.nodesRunning == 2 && metrics.nodesCompleted == 1";
    const monitor = node("m", "monitor", { metricExpression, actionOnTrigger: "alert", alertChannels: [] });
    const { execute, events } = await startEngine();
    const result = await execute([wait("w", { signal: "x" }), wait("t", { seconds: 100 }), echo("a"), monitor]);
    expect(result.status).toBe("suspended");
    expect(events.of("monitor.triggered")).toHaveLength(1);
  });

  test("has no tasks for people because of a wait", async () => {
    const { execute, runtime } = await startEngine();
    await execute([wait("w", { signal: "x" }), wait("t", { seconds: 100 }), ask("h")]);
    const tasks = runtime.use(HumanTaskService);
    expect((await tasks.list()).map(({ path }) => path)).toEqual(["h"]);
    await expect(tasks.respond("r", "w", { approved: true })).rejects.toMatchObject({ code: "ICE_REQUEST_NOT_FOUND" });
  });
});

describe("a deadline", () => {
  const nodes = [wait("w", { signal: "x", timeoutSeconds: 100 })];

  test("fails the node, which is not retried; onError handles it", async () => {
    const { error, nodes: records } = await runNodes(
      [loop("l", "[1]", [...nodes], { retryPolicy: { maxAttempts: 3 } })],
      { options: { wait: true } },
    );
    expect(error).toMatchObject({ code: "ICE_NODE_TIMEOUT", path: "l[0].w" });
    expect(error!.details).toEqual({ signals: ["x"], expiresAt: start + 100_000 });
    expect(records["l"]).toMatchObject({ attempts: 1 });
    const onError = { output: { late: "{{ error.code }}" } };
    const handled = await runNodes([{ ...nodes[0]!, onError } as never], { options: { wait: true } });
    expect(handled.output).toEqual({ w: { late: "ICE_NODE_TIMEOUT" } });
  });

  test.each([
    ["up to it counts, also at a later resume", 100_000, ["completed", "waiting"]],
    ["after it does not, and stays free", 100_001, ["failed", "completed"]],
  ])("a signal %s", async (_name, at, statuses) => {
    const { clock, execute, signal, resume } = await startEngine();
    await execute([...nodes, wait("v", { signal: "x", dependencies: ["w"], join: "ended" })]);
    await clock.advance(at);
    await signal("x");
    await clock.advance(50_000);
    const { nodes: records } = await resume();
    expect(["w", "v"].map((id) => records[id]!.status)).toEqual(statuses);
  });
});

describe("waits in a container", () => {
  test("begin again with each attempt; a signal that was taken stays taken", async () => {
    const { execute, signal, resume, clock, runs } = await startEngine();
    const retryPolicy = { maxAttempts: 3, backoffStrategy: "fixed", backoffSeconds: 1 };
    const body = [
      wait("t", { seconds: 100 }),
      wait("w", { signal: "x", ...after("t") }),
      fail("f", {}, { ...after("w"), when: "w.payload < 3" }),
    ];
    await execute([scope("s", body, { retryPolicy })]);
    for (const payload of [1, 2, 3, 4]) await signal("x", payload);
    await clock.advance(100_000);
    expect((await resume()).waiting).toEqual([{ path: "s.t", kind: "timer", resumeAt: start + 201_000 }]);
    await clock.advance(101_000);
    await resume();
    await clock.advance(101_000);
    expect(await resume()).toMatchObject({ status: "completed", output: { s: { nodes: { w: { payload: 3 } } } } });
    expect((await runs.show("r")).nodes["s"]).toMatchObject({ attempts: 3 });
  });

  test("are reached by signals at every depth, in sub-workflows too", async () => {
    const inner = named("inner", [wait("w", { signal: "go" })], { outputs: { n: "{{ w.payload }}" } });
    const outer = named("outer", [loop("l", "[0, 1]", [child("s", "inner")], { parallel: true })]);
    const { execute, signal, resume } = await startEngine({ workflows: [inner, outer] });
    expect(await execute([child("s", "outer")])).toMatchObject({
      waiting: [{ path: "s.l[0].s.w" }, { path: "s.l[1].s.w" }],
    });
    await signal("go", 1);
    expect(await resume()).toMatchObject({ waiting: [{ path: "s.l[1].s.w" }] });
    await signal("go", 2);
    expect(await resume()).toMatchObject({ status: "completed", output: { s: { l: [{ n: 1 }, { n: 2 }] } } });
  });
});

test("a cancelled wait leaves no timer behind that would keep the run in the process", async () => {
  const { execute, clock } = await startEngine();
  const race = parallel("p", [[wait("w", { seconds: 50 })], [sleep("q", 10)]], { settle: "first" });
  const result = await execute([race, sleep("t", 100_000, after("p")), ask("h", after("t"))]);
  expect(result).toMatchObject({ status: "suspended", nodes: { "p.w": { status: "cancelled" } } });
  expect(clock.pending).toBe(0);
});

test.each<[string, Json, string]>([
  ["seconds", "5", 'a number from 0 to 315360000, but is the string "5"'],
  ["seconds", -1, "a number from 0 to 315360000, but is the number -1"],
  ["at", null, "epoch milliseconds, or RFC 3339 with an offset, but is null"],
  ["at", "2030-01-01", 'epoch milliseconds, or RFC 3339 with an offset, but is the string "2030-01-01"'],
  [
    "signal",
    ["ok", "a b"],
    'one to 16 names of letters, digits and `._:-`, at most 128 characters, but is the string "a b"',
  ],
  [
    "signal",
    Array.from({ length: 17 }, () => "x"),
    "one to 16 names of letters, digits and `._:-`, at most 128 characters, but is 17 names",
  ],
])("an error says what the template of `%s` gave: %j", async (field, given, wanted) => {
  const { error } = await runNodes([wait("w", { [field]: "{{ inputs.given }}" })], { inputs: { given } });
  expect(error).toMatchObject({
    code: "ICE_INPUT_INVALID",
    message: `The \`${field}\` of node "w" must be ${wanted}.`,
  });
});

test.each<[string, object]>([
  ["seconds", { seconds: 100.00055 }],
  ["at", { at: "{{ run.startedAt + 100000.25 }}" }],
])("a wait ends at a whole millisecond: %s", async (_field, fields) => {
  const { execute, clock } = await startEngine();
  const { waiting } = await execute([wait("w", fields)], { staySeconds: 0 });
  expect(waiting).toMatchObject([{ resumeAt: clock.now() + 100_001 }]);
});

test("a deadline is a whole millisecond", async () => {
  const { execute, clock } = await startEngine();
  const { waiting } = await execute([
    wait("w", { signal: "x", timeoutSeconds: 100.00055 }),
    ask("h", { timeoutSeconds: 100.00055 }),
  ]);
  expect(waiting?.map(({ expiresAt }) => expiresAt)).toEqual([clock.now() + 100_001, clock.now() + 100_001]);
});
