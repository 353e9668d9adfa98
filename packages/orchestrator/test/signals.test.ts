import { HumanTaskService, RunStore, ToolExecutionService, type Json, type SignalOptions } from "@ice/core";
import { answerId } from "@ice/core/internal";
import { describe, expect, test } from "vitest";
import { createWorld, node } from "./durability/processes.ts";
import { ask, loop, scope, send, wait } from "./language-nodes.ts";
import { after, echo, fail } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const mebibyte = 1024 * 1024;

/** An engine in which the run `r` waits for nothing that is sent here. */
async function waiting() {
  const engine = await startEngine();
  await engine.execute([wait("w", { signal: "other" })]);
  return engine;
}

describe("a signal", () => {
  test.each(["a", "0", "Order.paid_in:full-2", `x${"y".repeat(127)}`])("can have the name %s", async (name) => {
    const { signal } = await waiting();
    const sent = { runId: "r", signal: name, id: "k", accepted: true, duplicate: false };
    expect(await signal(name, null, { id: "k" })).toEqual(sent);
  });

  test.each<[string, string, Json, SignalOptions]>([
    ["without a name", "", null, {}],
    ["whose name begins with a hyphen", "-a", null, {}],
    ["whose name has a space", "a b", null, {}],
    ["whose name has a letter that is not ASCII", "zürich", null, {}],
    ["whose name has 129 characters", "x".repeat(129), null, {}],
    ["whose name is no text", 5 as never, null, {}],
    ["with more than 1 MiB", "a", "x".repeat(mebibyte - 1), {}],
    ["whose payload is not JSON", "a", [Number.NaN], {}],
    ["with an empty id", "a", null, { id: "" }],
    ["with an id of 201 characters", "a", null, { id: "x".repeat(201) }],
    ["whose id is half of a surrogate pair", "a", null, { id: "a\ud800" }],
    ["whose id contains NUL", "a", null, { id: "a\0" }],
    ["whose id is no text", "a", null, { id: 5 as never }],
    ["of a sender with 201 characters", "a", null, { by: "x".repeat(201) }],
    ["of a sender that is no text", "a", null, { by: 5 as never }],
    ["of a sender that is null", "a", null, { by: null as never }],
  ])("%s is refused", async (_name, name, payload, options) => {
    const { signal, runtime } = await waiting();
    await expect(signal(name, payload, options)).rejects.toMatchObject({ code: "ICE_SIGNAL_INVALID" });
    expect(await runtime.use(RunStore).signals("r")).toEqual([]);
  });

  test("is kept with its payload of up to 1 MiB, its sender and the time, in the order of recording", async () => {
    const { signal, runtime, clock } = await waiting();
    const large = "x".repeat(mebibyte - 2);
    const first = await signal("a", large, { by: "k".repeat(200) });
    await clock.advance(5);
    const second = await signal("b", { n: 1 }, { id: "k".repeat(200) });
    expect([first.id, second.id]).toEqual([expect.any(String), "k".repeat(200)]);
    expect(await runtime.use(RunStore).signals("r")).toEqual([
      { id: first.id, name: "a", path: "", value: large, by: "k".repeat(200), at: clock.now() - 5 },
      { id: second.id, name: "b", path: "", value: { n: 1 }, by: null, at: clock.now() },
    ]);
  });

  test("for a run that is unknown or has ended is refused", async () => {
    const { execute, runs } = await startEngine();
    await expect(runs.signal("nowhere", "x")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
    await execute([echo("a")], { runId: "completed" });
    await execute([fail("a")], { runId: "failed" });
    await execute([ask("a")], { runId: "cancelled" });
    await runs.cancel("cancelled");
    for (const runId of ["completed", "failed", "cancelled"])
      await expect(runs.signal(runId, "x")).rejects.toMatchObject({
        code: "ICE_RUN_ENDED",
        details: { runId, status: runId },
      });
  });

  test("with the id of an earlier one has no effect, whatever its name and payload", async () => {
    const { execute, signal, resume } = await startEngine();
    await execute([wait("a", { signal: "x" }), wait("b", { signal: ["x", "y"], ...after("a") })]);
    expect(await signal("x", 1, { id: "k" })).toMatchObject({ id: "k", duplicate: false });
    expect(await signal("y", 2, { id: "k" })).toMatchObject({ signal: "y", id: "k", duplicate: true });
    expect(await resume()).toMatchObject({
      nodes: { a: { output: { payload: 1, id: "k" } }, b: { status: "waiting" } },
    });
    expect(await signal("x", 3, { id: "k" })).toMatchObject({ duplicate: true }); // it was taken
    expect(await resume()).toMatchObject({ nodes: { b: { status: "waiting" } } });
  });

  test("with the id of an earlier one is a duplicate after its run has ended, too", async () => {
    const { execute, signal, resume } = await startEngine();
    await execute([wait("a", { signal: "x" })]);
    await signal("x", 1, { id: "k" });
    expect(await resume()).toMatchObject({ status: "completed" });
    expect(await signal("x", 1, { id: "k" })).toEqual({
      runId: "r",
      signal: "x",
      id: "k",
      accepted: true,
      duplicate: true,
    });
    await expect(signal("x", 1, { id: "other" })).rejects.toMatchObject({ code: "ICE_RUN_ENDED" });
  });

  test.each(["suspended", "running"])("is refused once all of the run are too long: a %s run", async (status) => {
    const { start, settle, signal, runs, runtime } = await startEngine({ limits: { signalBytes: 1000 } });
    void start([wait("w", { signal: "never" })], { wait: status === "running" });
    await settle();
    expect((await runs.list())[0]).toMatchObject({ status });
    await signal("x", "x".repeat(900), { id: "first" });
    await expect(signal("x", "y".repeat(99))).rejects.toMatchObject({
      code: "ICE_SIGNAL_INVALID",
      fix: expect.stringContaining("limits.signalBytes") as string,
    });
    expect(await signal("x", "y".repeat(900), { id: "first" })).toMatchObject({ duplicate: true });
    await signal("x", "y".repeat(96));
    expect(await runtime.use(RunStore).signals("r")).toHaveLength(2);
  });

  test("may have the id of an answer", async () => {
    const { execute, signal, resume, runtime } = await startEngine();
    await execute([ask("h"), wait("w", { signal: "x" })]);
    expect(await signal("x", 1, { id: answerId("h", 1) })).toMatchObject({ duplicate: false });
    expect(await runtime.use(HumanTaskService).respond("r", "h", { approved: true })).toMatchObject({ accepted: true });
    expect(await resume()).toMatchObject({ output: { h: { approved: true }, w: { payload: 1 } } });
  });

  test("is refused after 10,000 others, unless its id is known", async () => {
    const { signal, runtime } = await waiting();
    const store = runtime.use(RunStore);
    for (let n = 0; n < 9_999; n += 1)
      await store.signal("r", { id: `s${n}`, name: "x", path: "", value: null, by: null, at: n });
    await store.signal("r", { id: "answer", path: "h", value: null, by: null, at: 1 });
    await signal("x", null, { id: "last" });
    await expect(signal("x")).rejects.toMatchObject({ code: "ICE_SIGNAL_INVALID" });
    expect(await signal("x", null, { id: "last" })).toMatchObject({ duplicate: true });
  });
});

describe("the payload", () => {
  const schema = (type: string): object => ({ payloadSchema: { type } });

  test.each(["suspended", "running"])("must match one of the nodes that wait for it: a %s run", async (status) => {
    const { start, settle, clock, signal, resume, runs } = await startEngine();
    const running = start(
      [wait("n", { signal: "x", ...schema("number") }), wait("s", { signal: ["x", "y"], ...schema("string") })],
      { wait: status === "running" },
    );
    await settle();
    expect((await runs.list())[0]).toMatchObject({ status });
    await expect(signal("x", true)).rejects.toMatchObject({
      code: "ICE_SIGNAL_INVALID",
      message: expect.stringContaining(`the payload of "x" does not match: `),
    });
    await expect(signal("y", 1)).rejects.toMatchObject({ code: "ICE_SIGNAL_INVALID" });
    await signal("of-no-wait", true);
    await signal("x", "text");
    await signal("x", 5);
    const { output } = status === "running" ? await clock.runUntil(running) : await resume();
    expect(output).toMatchObject({ n: { payload: 5 }, s: { payload: "text" } });
  });

  test("is also checked when a node begins to wait later: one that does not match is left for other nodes", async () => {
    const { execute, signal, resume } = await startEngine();
    await execute([
      wait("go", { signal: "go" }),
      wait("n", { signal: "x", ...schema("number"), ...after("go") }),
      wait("any", { signal: "x", ...after("n") }),
    ]);
    for (const payload of ["first", 2]) await signal("x", payload);
    await signal("go");
    expect(await resume()).toMatchObject({ output: { n: { payload: 2 }, any: { payload: "first" } } });
  });
});

test("events report what a node waits for, which signals have arrived, and which were taken", async () => {
  const { start, settle, signal, clock, events } = await startEngine();
  const nodes = [
    wait("t", { seconds: 90 }),
    wait("w", { signal: ["x", "y"], ...after("t") }),
    wait("d", { signal: "z", timeoutSeconds: 5 }),
  ];
  const running = start(nodes, { wait: true });
  await settle();
  await signal("y", 1, { id: "k" });
  await signal("y", 1, { id: "k" });
  await signal("z", 2, { id: "l" });
  await clock.runUntil(running);
  const seen = (type: string) => events.of(type).map(({ path, data }) => [path, data]);
  const at = clock.now();
  expect(seen("wait.started")).toEqual([
    ["t", { signals: [], resumeAt: at, expiresAt: null }],
    ["d", { signals: ["z"], resumeAt: null, expiresAt: at - 85_000 }],
    ["w", { signals: ["x", "y"], resumeAt: null, expiresAt: null }],
  ]);
  const arrived = [
    { name: "y", id: "k" },
    { name: "z", id: "l" },
  ];
  expect(seen("signal.received")).toEqual(arrived.map((data) => [undefined, data]));
  expect(seen("signal.taken")).toEqual([
    ["d", arrived[1]],
    ["w", arrived[0]],
  ]);
});

describe("signals", () => {
  test("that no node waits for yet are kept, and taken in the order of recording, each once", async () => {
    const { execute, signal, resume } = await startEngine();
    const each = loop("l", "range(3)", [wait("w", { signal: ["a", "b"] })], {
      itemOutput: "{{ w.payload }}",
      ...after("go"),
    });
    await execute([wait("go", { signal: "go" }), each, wait("late", { signal: "a", ...after("l") })]);
    for (const [index, name] of ["a", "b", "a", "a"].entries()) await signal(name, index);
    await signal("go");
    expect(await resume()).toMatchObject({ status: "completed", output: { l: [0, 1, 2], late: { payload: 3 } } });
  });

  test("go to the node that began to wait first", async () => {
    const { start, signal, clock } = await startEngine();
    const nodes = [
      wait("third", { signal: "x", ...after("t") }),
      wait("first", { signal: "x" }),
      wait("second", { signal: "x" }),
      wait("t", { seconds: 5 }),
    ];
    const running = start(nodes, { wait: true });
    await clock.advance(6000);
    for (const payload of [1, 2, 3]) await signal("x", payload);
    const { output } = await clock.runUntil(running);
    expect(output).toMatchObject({ first: { payload: 1 }, second: { payload: 2 }, third: { payload: 3 } });
  });

  test("are ignored by `buffer: false` if they were recorded before the wait began, even in the same millisecond", async () => {
    const { execute, signal, resume, clock } = await startEngine();
    await execute([wait("go", { signal: "go" }), wait("w", { signal: "x", buffer: false, ...after("go") })]);
    await signal("x", "early");
    await signal("go");
    expect((await resume()).waiting).toMatchObject([{ path: "w" }]);
    expect(await resume()).toMatchObject({ status: "suspended" });
    await signal("x", "now");
    expect(await resume()).toMatchObject({ output: { w: { payload: "now", at: clock.now() } } });
  });

  test("are free again if the node that took one does not complete", async () => {
    const { execute, signal, resume } = await startEngine();
    await execute([
      wait("w", {
        signal: "x",
        outputSchema: { type: "object", properties: { payload: { type: "number" } } },
        onError: "skip",
      }),
      wait("v", { signal: "x", dependencies: ["w"], join: "ended" }),
    ]);
    await signal("x", "text");
    expect(await resume()).toMatchObject({ nodes: { w: { status: "skipped" }, v: { output: { payload: "text" } } } });
  });
});

describe("the tool signal", () => {
  test("sends to its own run by default, with null as payload, and names run and path as the sender", async () => {
    const { execute } = await startEngine();
    const { output } = await execute([wait("w", { signal: "x" }), loop("l", "[1]", [send("s", "x")])]);
    expect(output).toMatchObject({ l: [{ runId: "r", signal: "x" }], w: { payload: null, by: "r:l[0].s" } });
  });

  test("sends to another run without continuing it", async () => {
    const { execute, runs, resume } = await startEngine();
    await execute([wait("w", { signal: "x" })], { runId: "other" });
    const { output } = await execute([send("s", "x", { runId: "other", payload: "{{ {'n': 1} }}" })]);
    expect(output).toEqual({ s: { runId: "other", signal: "x" } });
    expect(await runs.show("other")).toMatchObject({ status: "suspended" });
    expect(await resume("other")).toMatchObject({ output: { w: { payload: { n: 1 }, by: "r:s" } } });
  });

  test.each<[string, string, object]>([
    ["ICE_RUN_NOT_FOUND", "x", { runId: "nowhere" }],
    ["ICE_RUN_NOT_FOUND", "x", { runId: "of-another-tenant" }],
    ["ICE_RUN_ENDED", "x", { runId: "ended" }],
    ["ICE_SIGNAL_INVALID", "no!", {}],
    ["ICE_SIGNAL_INVALID", "x", { runId: "numbers", payload: "text" }],
  ])("fails with %s, and is not retried: %s %j", async (code, name, args) => {
    const { execute } = await startEngine();
    await execute([wait("w", { signal: "x" })], { runId: "of-another-tenant", tenant: "acme" });
    await execute([echo("a")], { runId: "ended" });
    await execute([wait("w", { signal: "x", payloadSchema: { type: "number" } })], { runId: "numbers" });
    const { error, nodes } = await execute([send("s", name, args, { retryPolicy: { maxAttempts: 3 } })]);
    expect([error!.code, nodes["s"]!.attempts]).toEqual([code, 1]);
  });

  test("sends a new signal with each call of a program, outside of runs", async () => {
    const { execute, runtime } = await startEngine();
    await execute([wait("w", { signal: "x" })]);
    const tools = runtime.use(ToolExecutionService);
    for (const payload of [1, 2]) await tools.execute("signal", { name: "y", payload, runId: "r" });
    const signals = await runtime.use(RunStore).signals("r");
    expect(signals.map(({ value, by }) => [value, by])).toEqual([
      [1, null],
      [2, null],
    ]);
    await expect(tools.execute("signal", { name: "y" })).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  });

  test("sends nothing new when its attempt is repeated after a crash", async () => {
    const { clock, boot, disk } = createWorld();
    let died = (): void => {};
    const crash = new Promise<void>((resolve) => (died = resolve));
    const first = await boot({
      fault: ({ record }) => (record?.kind === "outcome" && record.path === "s" ? "crashBefore" : "keep"),
      onCrash: () => died(),
    });
    void first.execute([node("s", "tool", { toolName: "signal", toolArgs: { name: "x" } })]);
    await clock.runUntil(crash);
    first.kill();
    const second = await boot();
    expect(await second.resume()).toMatchObject({ status: "completed" });
    expect(await disk.connect({}).signals("r")).toHaveLength(1);
  });

  test("sends again when a container around it is retried", async () => {
    const { execute, runtime } = await startEngine();
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    const body = [send("s", "x"), fail("f", {}, after("s"))];
    await execute([
      loop("l", "[1, 2]", [scope("c", body, { retryPolicy, onError: "skip" })]),
      wait("w", { signal: "never" }),
    ]);
    const ids = (await runtime.use(RunStore).signals("r")).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
  });
});
