import { defineTool, LanguageModelService, RunStore, type NodeInput, type Runtime } from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { idempotencyKeyOf } from "../src/run/idempotency-key.ts";
import { ask, child, loop, named, node, parallel, scope, send, wait } from "./language-nodes.ts";
import { scriptedModels } from "./models/scripted-models.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const fails = (more: object = {}) => fail("f", { code: "OOPS", message: "went wrong", retryable: false }, more);
/** A node of a model with effects outside: keeps the keys that it is called with. */
function keyed() {
  const keys: string[] = [];
  const tool = defineTool({
    name: "pay",
    args: z.object({}),
    sideEffects: "external",
    run: (_args, { idempotencyKey, path }) => {
      keys.push(`${path} ${idempotencyKey}`);
      return {};
    },
  });
  const pay = (id: string, more: object = {}): NodeInput => node(id, "tool", { toolName: "pay", ...more });
  return { keys, pay, start: { tools: [tool as never] } };
}

describe("the limits of a body", () => {
  test("its time limit ends only the body: what follows may take longer", async () => {
    const result = await runNodes([
      scope("s", [echo("a"), sleep("slow", 9000)], {
        timeoutSeconds: 0.4,
        compensate: { a: [sleep("revert", 700)] },
        catch: { codes: ["ICE_NODE_TIMEOUT"], body: [sleep("c", 700)] },
        finally: [sleep("x", 700)],
      }),
    ]);
    expect(result).toMatchObject({ status: "completed", durationMs: 2500, nodes: { s: { recovered: true } } });
    expect(statuses(result)).toMatchObject({ "s.slow": "cancelled", "s.revert": "completed", "s.x": "completed" });
  });

  test("its time limit is retryable and a cancellation is not", async () => {
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    const { nodes } = await runNodes([
      scope("t", [sleep("a", 9000)], { timeoutSeconds: 1, retryPolicy, onError: "skip" }),
      scope("c", [sleep("b", 9000)], { cancelOn: "stop", retryPolicy, onError: "skip" }),
      send("s", "stop"),
    ]);
    expect(nodes["t"]).toMatchObject({ attempts: 2, error: { code: "ICE_NODE_TIMEOUT" } });
    expect(nodes["c"]).toMatchObject({
      attempts: 1,
      error: { code: "ICE_SCOPE_CANCELLED", details: { signal: "stop" } },
    });
  });

  test.each(["before", "while it runs", "while it is suspended"])(
    "its signal, recorded %s, ends every scope that names it, and can still be taken by a wait",
    async (when) => {
      const { start, settle, clock, signal, resume } = await startEngine();
      const more = { cancelOn: "stop:{{ item }}", catch: { body: [echo("c", { code: "{{ error.code }}" })] } };
      const each = { parallel: true, itemOutput: "{{ s.output.code }}", ...after("go") };
      const nodes = [
        wait("go", { signal: "go" }),
        loop("l", "[1, 2, 2]", [scope("s", [ask("h")], more)], each),
        wait("w", { signal: "stop:2", ...after("go") }),
        wait("end", { signal: "end" }),
      ];
      const isRunning = when === "while it runs";
      const running = start(nodes, { wait: isRunning });
      await settle();
      for (const name of when === "before" ? ["stop:2", "go", "stop:1", "end"] : ["go", "stop:2", "stop:1", "end"]) {
        await signal(name);
        await (isRunning ? settle() : resume());
      }
      const { status, output, nodes: records } = await (isRunning ? clock.runUntil(running) : resume());
      const code = "ICE_SCOPE_CANCELLED";
      expect([status, output["l"], output["w"]]).toEqual([
        "completed",
        [code, code, code],
        expect.objectContaining({ signal: "stop:2" }),
      ]);
      expect(records["l[0].s.h"]).toMatchObject({ status: "cancelled" });
    },
  );

  test("a signal that a wait has taken before ends the body before any of its nodes starts", async () => {
    const { execute, signal, resume } = await startEngine();
    await execute([
      wait("w", { signal: "stop" }),
      scope("s", [echo("a")], { cancelOn: "stop", finally: [echo("x")], ...after("w") }),
    ]);
    await signal("stop");
    expect(statuses(await resume())).toMatchObject({ s: "failed", "s.a": "skipped runStopped", "s.x": "completed" });
  });
});

test.each(["a {{ 'b' }}", "{{ 5 }}", "{{ null }}"])(
  "a `cancelOn` that is not the name of a signal fails the scope before its body starts: %s",
  async (cancelOn) => {
    const result = await runNodes([scope("s", [echo("a")], { cancelOn, finally: [echo("x")] })]);
    expect(result.error).toMatchObject({ code: "ICE_INPUT_INVALID", path: "s" });
    expect(Object.keys(result.nodes)).toEqual(["s"]);
  },
);

describe("a failure while a scope cleans up", () => {
  test("stops nothing else, and fails the scope in the end, although its error was caught", async () => {
    const result = await runNodes([
      scope("s", [echo("a"), echo("b", {}, after("a")), fails(after("b"))], {
        compensate: { a: [echo("revertA")], b: [fail("revertB", { code: "STUCK", message: "no" })] },
        catch: { body: [echo("c")] },
        finally: [fail("x", { code: "JAMMED", message: "nor that" })],
        retryPolicy: { maxAttempts: 3 },
      }),
    ]);
    const failed = [
      { path: "s.revertB", code: "STUCK", message: "no" },
      { path: "s.x", code: "JAMMED", message: "nor that" },
    ];
    const first = { path: "s.f", code: "OOPS", message: "went wrong" };
    expect(result.error).toMatchObject({ code: "ICE_CLEANUP_FAILED", path: "s" });
    expect(result.error!.details).toEqual({ failed, first });
    expect(result.nodes["s"]).toMatchObject({ status: "failed", attempts: 1 });
    expect(statuses(result)).toMatchObject({ "s.revertA": "completed", "s.c": "completed" });
    expect(result.test.events.of("scope.cleanupFailed")).toMatchObject([{ path: "s", data: { failed } }]);
  });

  test("names no first error after success, and that of `catch` after its failure; a scope around can catch it", async () => {
    const broken = { finally: [fail("x", { code: "STUCK" })] };
    const good = await runNodes([scope("s", [echo("a")], broken)]);
    expect(good.error!.details).toEqual({ failed: [expect.objectContaining({ code: "STUCK" })] });
    const caught = { catch: { body: [fail("g", { code: "WORSE" })] }, ...broken };
    const bad = await runNodes([scope("s", [fails()], caught)]);
    expect(bad.error!.details).toMatchObject({ first: { code: "WORSE", path: "s.g" } });
    const outer = { catch: { codes: ["ICE_CLEANUP_FAILED"], body: [echo("c")] } };
    const around = await runNodes([scope("o", [scope("s", [echo("a")], broken)], outer)]);
    expect(around.nodes["o"]).toMatchObject({ status: "completed", recovered: true });
  });

  test("is recorded when the scope was stopped, too: then it is failed, and the run keeps its status", async () => {
    const { start, settle, clock, runs } = await startEngine();
    const running = start([
      scope("s", [echo("a"), sleep("slow", 9000)], { compensate: { a: [fail("revert", { code: "STUCK" })] } }),
    ]);
    await settle();
    await runs.cancel("r");
    const result = await clock.runUntil(running);
    expect(result).toMatchObject({ status: "cancelled", error: { code: "ICE_RUN_CANCELLED" } });
    expect(result.nodes["s"]).toMatchObject({ status: "failed", error: { code: "ICE_CLEANUP_FAILED", path: "s" } });
  });
});

describe("the time to clean up", () => {
  test("limits all compensations together, and `finally` separately; then what is in flight is cancelled", async () => {
    const body = [echo("a"), echo("b", {}, after("a")), echo("c", {}, after("b")), fails(after("c"))];
    const result = await runNodes([
      scope("s", body, {
        cleanupSeconds: 1,
        compensate: { a: [sleep("revertA", 10)], b: [sleep("revertB", 800)], c: [sleep("revertC", 700)] },
        finally: [sleep("x", 900), sleep("y", 1100)],
      }),
    ]);
    expect([result.error!.code, result.durationMs]).toEqual(["ICE_CLEANUP_FAILED", 2000]);
    expect(result.error!.details!["failed"]).toMatchObject([
      { code: "ICE_NODE_TIMEOUT" },
      { code: "ICE_NODE_TIMEOUT" },
    ]);
    const s = statuses(result);
    expect([s["s.revertC"], s["s.revertB"], s["s.revertA"]]).toEqual(["completed", "cancelled", undefined]);
    expect([s["s.x"], s["s.y"]]).toEqual(["completed", "cancelled"]);
  });

  test("is 60 seconds unless the scope says otherwise", async () => {
    const revert = (ms: number) => [
      scope("s", [echo("a"), fails(after("a"))], { compensate: { a: [sleep("revert", ms)] } }),
    ];
    expect((await runNodes(revert(59_999))).error!.code).toBe("OOPS");
    expect((await runNodes(revert(60_001))).error!.code).toBe("ICE_CLEANUP_FAILED");
  });
});

describe("budgets", () => {
  test.each([{ nodes: 3 }, { toolCalls: 2 }])("do not refuse nodes that clean up: %j", async (budget) => {
    const more = { compensate: { a: [echo("revert")] }, finally: [child("w", "helper")] };
    const helper = named("helper", [echo("h")], { settings: { budget: { nodes: 1, toolCalls: 1 } } });
    const nodes = [scope("s", [echo("a"), echo("b", {}, after("a")), echo("c", {}, after("b"))], more)];
    const result = await runNodes(nodes, { settings: { budget }, start: { workflows: [helper] } });
    expect(result).toMatchObject({ status: "failed", error: { code: "ICE_BUDGET_EXCEEDED", path: "s.c" } });
    expect(statuses(result)).toMatchObject({ s: "cancelled", "s.revert": "completed", "s.w.h": "completed" });
    expect(result.usage.toolCalls).toBe(4);
  });

  test("do not refuse models to nodes that clean up", async () => {
    const ask = (id: string, more: object = {}) => node(id, "llm", { model: "m/x", prompt: "x", ...more });
    const nodes = [scope("s", [ask("a"), ask("b", after("a"))], { compensate: { a: [ask("revert")] } })];
    for (const budget of [{ llmCalls: 1 }, { totalTokens: 5000 }]) {
      const models = scriptedModels([{ usage: { inputTokens: 4990, outputTokens: 5 } }, { text: "reverted" }]);
      const before = { before: (runtime: Runtime) => runtime.provide(LanguageModelService, models) };
      const result = await runNodes(nodes, { settings: { budget }, before });
      expect(result.error).toMatchObject({ code: "ICE_BUDGET_EXCEEDED", path: "s.b" });
      expect(result.nodes["s.revert"]).toMatchObject({ status: "completed", output: { text: "reverted" } });
    }
  });
});

test.each<[string, NodeInput]>([
  ["human", ask("n")],
  ["wait", wait("n", { seconds: 0 })],
  ["end", node("n", "end", { status: "completed" })],
  ["monitor", node("n", "monitor", { metricExpression: "true", actionOnTrigger: "alert", alertChannels: [] })],
])("a %s node of a sub-workflow cannot clean up: it fails", async (_type, forbidden) => {
  const inner = named("inner", [forbidden]);
  const outer = named("outer", [loop("l", "[1]", [child("i", "inner")])]);
  const { execute } = await startEngine({ workflows: [inner, outer] });
  const { error } = await execute([scope("s", [echo("a")], { finally: [child("x", "outer")] })]);
  expect(error).toMatchObject({ code: "ICE_CLEANUP_FAILED", path: "s" });
  const path = "s.x.l[0].i.n";
  expect(error!.details!["failed"]).toMatchObject([{ path, code: "ICE_BLUEPRINT_SCHEMA" }]);
  const alone = await execute([loop("l", "[1]", [child("i", "inner")])], { runId: "alone" });
  expect(alone.nodes).not.toMatchObject({ "l[0].i.n": { status: "failed" } });
});

describe("another attempt of a scope", () => {
  test("repeats all of it, with other idempotency keys", async () => {
    const { keys, pay, start } = keyed();
    const retryPolicy = { maxAttempts: 3, backoffSeconds: 0 };
    const body = [pay("a"), scope("i", [pay("b")]), fail("f", {}, after("a", "i"))];
    const more = { compensate: { a: [pay("revert")] }, finally: [pay("x")], retryPolicy };
    const { nodes, runId, test: engine } = await runNodes([scope("s", body, more)], { start });
    expect(nodes["s"]).toMatchObject({ attempts: 3, status: "failed" });
    const store = engine.runtime.use(RunStore);
    const paths = ["s.a", "s.i.b", "s.revert", "s.x"];
    const attempts = [[], ["s#2"], ["s#3"]];
    expect(keys).toEqual(
      attempts.flatMap((repeats) =>
        paths.map((path) => `${path} ${idempotencyKeyOf({ id: runId, store }, path, repeats)}`),
      ),
    );
    expect(new Set(keys.map((key) => key.split(" ")[1])).size).toBe(12);
  });

  test("is the only one that changes them: in a loop that is retried they stay the same", async () => {
    const { keys, pay, start } = keyed();
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    await runNodes([loop("l", "[1]", [pay("a", { retryPolicy }), fail("f", {}, after("a"))], { retryPolicy })], {
      start,
    });
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  });
});

describe("a scope that is stopped", () => {
  const cleaning = { compensate: { a: [sleep("revert", 40)] }, finally: [sleep("x", 40)] };

  test("in its body or in `catch` cleans up before the winner of the race goes on", async () => {
    const inBody = scope("s", [echo("a"), sleep("slow", 9000, after("a"))], cleaning);
    const inCatch = scope("s", [echo("a"), fails(after("a"))], { catch: { body: [sleep("c", 9000)] }, ...cleaning });
    for (const [loser, decided] of [
      [inBody, 180],
      [inCatch, 140],
    ] as const) {
      const race = parallel("p", [[loser], [sleep("q", 100)]], { settle: "first" });
      const result = await runNodes([race, echo("z", {}, after("p"))]);
      expect(result.nodes["z"]!.startedAt! - result.startedAt).toBe(decided);
      expect(statuses(result)).toMatchObject({ "p.s": "cancelled", "p.s.revert": "completed", "p.s.x": "completed" });
    }
  });

  test("by several things, one after another, cleans up once and to its end", async () => {
    const { start, settle, clock, runs } = await startEngine();
    const controller = new AbortController();
    const inner = [scope("s", [echo("a"), sleep("slow", 9000)], cleaning)];
    const running = start(
      [loop("l", "[1]", inner, { timeoutSeconds: 0.01 })],
      { signal: controller.signal },
      { settings: { timeoutSeconds: 0.02 } },
    );
    await settle();
    await clock.advance(30);
    controller.abort();
    await runs.cancel("r");
    const result = await clock.runUntil(running);
    expect(result).toMatchObject({ status: "failed", error: { code: "ICE_RUN_TIMEOUT" }, durationMs: 90 });
    expect(statuses(result)).toMatchObject({ "l[0].s.revert": "completed", "l[0].s.x": "completed" });
  });
});
