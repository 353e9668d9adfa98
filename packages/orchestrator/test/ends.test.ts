import type { Json, NodeInput } from "@ice/core";
import { describe, expect, test } from "vitest";
import { ask, child, choose, end, loop, named, node, parallel, scope } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const failed = { status: "failed" };

describe("the end of a workflow", () => {
  test("comes at once: what is in flight is cancelled, the rest is skipped; the output takes the place of `outputs`", async () => {
    const nodes = [
      echo("a", { v: 4 }),
      end("e", { output: { v: "{{ a.v * 2 }}" } }),
      sleep("slow", 9000),
      echo("late", {}, after("slow")),
    ];
    const result = await runNodes(nodes, { outputs: { never: "{{ late.x }}" } });
    expect(result).toMatchObject({ status: "completed", durationMs: 0 });
    expect([result.output, result.nodes["e"]!.output]).toEqual([
      { v: 8 },
      { status: "completed", output: { v: 8 }, error: null },
    ]);
    expect(statuses(result)).toEqual({ a: "completed", e: "completed", slow: "cancelled", late: "skipped runStopped" });
    expect(result.test.events.lines().slice(-2)).toEqual(["node.skipped late", "workflow.completed"]);
  });

  test("has a message of a bounded length", async () => {
    const long = "x".repeat(3000);
    for (const message of [`{{ a.v }}`, "{{ [a.v] }}"]) {
      const result = await runNodes([echo("a", { v: long }), end("e", { ...failed, message })]);
      expect(result.error?.message).toHaveLength(2001);
      expect(result.nodes["e"]!.output).toMatchObject({ error: { message: result.error?.message } });
    }
  });

  test.each<[string, object, object]>([
    ["without `output`: the declared outputs", { outputs: { w: "{{ a.v }}" } }, { w: 4 }],
    [
      "without either: the outputs of the nodes",
      {},
      { a: { v: 4 }, e: { status: "completed", output: null, error: null } },
    ],
  ])("has as output, %s", async (_name, more, output) => {
    const result = await runNodes([echo("a", { v: 4 }), end("e", after("a"))], more);
    expect(result.output).toEqual(output);
  });

  test.each([
    [{ ...failed }, { code: "ICE_WORKFLOW_ENDED", message: 'Node "e" ended the workflow.' }],
    [
      { ...failed, code: "NO_{{ inputs.what }}", message: "only {{ inputs.n }} left" },
      { code: "NO_STOCK", message: "only 3 left" },
    ],
    [
      { ...failed, message: "{{ inputs.n }}" },
      { code: "ICE_WORKFLOW_ENDED", message: "3" },
    ],
  ])("as failed has the error that it names: %j", async (fields, error) => {
    const result = await runNodes([end("e", fields)], { inputs: { n: 3, what: "STOCK" } });
    expect(result).toMatchObject({ status: "failed", error: { ...error, path: "e" }, output: {} });
    expect(result.nodes["e"]).toMatchObject({ status: "completed", output: { status: "failed", output: null, error } });
  });

  test.each<[string, object]>([
    ["ICE_OUTPUT_INVALID", { output: "{{ [1] }}" }],
    ["ICE_OUTPUT_INVALID", { output: "{{ 'text' }}" }],
    ["ICE_INPUT_INVALID", { ...failed, code: "{{ 'no_stock' }}" }],
    ["ICE_INPUT_INVALID", { ...failed, code: "{{ 5 }}" }],
    ["ICE_INPUT_INVALID", { ...failed, code: `A{{ '' }}${"X".repeat(64)}` }],
  ])("does not come if the node itself fails: %s for %j", async (code, fields) => {
    const result = await runNodes([end("e", fields), sleep("a", 10)]);
    expect(result).toMatchObject({
      status: "failed",
      error: { code, path: "e" },
      nodes: { a: { status: "completed" } },
    });
  });
});

describe("the first end that is recorded decides", () => {
  test("whatever failed before, under every failure policy that lets it start", async () => {
    const nodes = [fail("a"), end("e", { output: { fine: true }, join: "ended", ...after("a") })];
    for (const failurePolicy of ["continuePossible", "always"] as const) {
      const result = await runNodes(nodes, { settings: { failurePolicy } });
      expect(result).toMatchObject({ status: "completed", output: { fine: true }, nodes: { a: { status: "failed" } } });
      expect(result).not.toHaveProperty("error");
    }
  });

  test("also against a second one, a time limit or a cancellation while scopes clean up", async () => {
    const both = await runNodes([end("e", { output: { n: 1 } }), end("f", { ...failed })]);
    expect([both.output, statuses(both)]).toEqual([{ n: 1 }, { e: "completed", f: "skipped runStopped" }]);
    const { start, settle, clock, runs } = await startEngine();
    const cleaning = scope("s", [sleep("slow", 9000)], { finally: [sleep("x", 2000)] });
    const running = start(
      [cleaning, sleep("t", 10), end("e", { output: { n: 1 }, ...after("t") })],
      {},
      { settings: { timeoutSeconds: 1 } },
    );
    await settle();
    await clock.advance(100);
    await runs.cancel("r");
    const result = await clock.runUntil(running);
    expect(result).toMatchObject({
      status: "completed",
      output: { n: 1 },
      durationMs: 2010,
      nodes: { "s.x": { status: "completed" } },
    });
  });

  test("also while an answer is awaited, and after a resume", async () => {
    const { execute, resume, signal } = await startEngine();
    const nodes = [ask("h"), node("w", "wait", { signal: "stop" }), end("e", { output: { n: 1 }, ...after("w") })];
    expect(await execute(nodes)).toMatchObject({ status: "suspended" });
    await signal("stop");
    expect(await resume()).toMatchObject({
      status: "completed",
      output: { n: 1 },
      nodes: { h: { status: "cancelled" } },
    });
  });
});

describe("from inside", () => {
  test("containers at any depth, which are cancelled; later items do not begin", async () => {
    const cases = [{ when: "item * t.ms == 10", path: [end("e", { output: { at: "{{ item }}" } })] }];
    const branches = [[sleep("t", 5), choose("c", cases, { otherwise: [echo("o")] })], [sleep("q", 10)]];
    const result = await runNodes([
      loop("l", "range(5)", [parallel("p", branches)], { onError: "skip", retryPolicy: {} }),
      echo("z", {}, after("l")),
    ]);
    expect(result).toMatchObject({ status: "completed", output: { at: 2 } });
    expect(statuses(result)).toMatchObject({
      l: "cancelled",
      "l[2].p": "cancelled",
      "l[2].p.c": "cancelled",
      "l[2].p.q": "cancelled",
      z: "skipped runStopped",
    });
    expect(result.nodes).not.toHaveProperty("l[3].p");
  });

  test("a sub-workflow, which ends alone: its output, or its error, is that of the node", async () => {
    const early = named("early", [sleep("slow", 9000), end("e", { output: { v: 9 } })], {
      outputs: { v: "{{ slow.ms }}" },
    });
    const bad = named("bad", [end("e", { ...failed, code: "NO_STOCK" })]);
    const { execute } = await startEngine({ workflows: [early, bad] });
    const result = await execute([
      child("s", "early"),
      scope("t", [child("u", "bad", { retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } })], {
        catch: { codes: ["NO_STOCK"], body: [echo("c", { path: "{{ error.path }}" })] },
      }),
      child("v", "bad", { onError: { output: "{{ error.code }}" } }),
      echo("z", { v: "{{ s.v + 1 }}" }),
    ]);
    expect(result.output).toMatchObject({ s: { v: 9 }, t: { output: { path: "t.u.e" } }, v: "NO_STOCK", z: { v: 10 } });
    expect(statuses(result)).toMatchObject({ "s.slow": "cancelled", "s.e": "completed", "t.u": "failed" });
  });
});

describe("scopes", () => {
  const body = (...more: ReturnType<typeof echo>[]) => [echo("a"), ...more];
  const cleaning = {
    compensate: { a: [echo("revert")] },
    catch: { body: [echo("c")] },
    finally: [echo("x", { e: "{{ error }}" })],
  };

  test.each<[object, string | undefined, unknown]>([
    [{ status: "completed" }, undefined, null],
    [{ ...failed, code: "STOP", message: "no" }, "completed", { code: "STOP", message: "no", path: "o.s.e" }],
  ])(
    "around %j compensate only after a failure, and always run `finally`; none catches",
    async (fields, reverted, error) => {
      const inner = scope("s", body(end("e", { ...fields, ...after("a") })), { ...cleaning, onError: "skip" });
      const outer = {
        catch: { body: [echo("oc")] },
        compensate: { s: [echo("os")] },
        finally: [echo("ox")],
        onError: { output: 1 },
      };
      const result = await runNodes([scope("o", [inner], outer)]);
      expect(result.status).toBe(error === null ? "completed" : "failed");
      const s = statuses(result);
      expect([s["o"], s["o.s"], s["o.s.e"], s["o.s.revert"]]).toEqual([
        "cancelled",
        "cancelled",
        "completed",
        reverted,
      ]);
      expect([s["o.s.c"], s["o.oc"], s["o.os"], s["o.ox"]]).toEqual([undefined, undefined, undefined, "completed"]);
      expect(result.nodes["o.s.x"]!.output).toEqual({ e: error });
    },
  );

  test("elsewhere are stopped: they compensate, and end before the workflow does", async () => {
    const other = scope("s", body(sleep("slow", 9000)), { ...cleaning, finally: [sleep("x", 30)] });
    const result = await runNodes([other, sleep("t", 10), end("e", { output: {}, ...after("t") })]);
    expect(result).toMatchObject({ status: "completed", durationMs: 40 });
    expect(statuses(result)).toMatchObject({
      s: "cancelled",
      "s.slow": "cancelled",
      "s.revert": "completed",
      "s.x": "completed",
    });
  });

  test("whose cleanup fails are failed; the workflow keeps its status", async () => {
    const result = await runNodes([
      scope("s", body(end("e", after("a"))), { finally: [fail("x", { code: "STUCK" })] }),
    ]);
    expect(result.status).toBe("completed");
    expect(result.nodes["s"]).toMatchObject({ status: "failed", error: { code: "ICE_CLEANUP_FAILED" } });
  });
});

describe("the output of `onError` of an `end` node", () => {
  const broken = (output: Json): NodeInput =>
    end("e", { status: "failed", code: "{{ inputs.missing }}", onError: { output } });

  test.each<Json>([
    5,
    null,
    [],
    {},
    { status: "completed" },
    { status: "completed", output: [1], error: null },
    { status: "completed", output: null, error: { code: "A", message: "b" } },
    { status: "failed", output: null, error: null },
    { status: "failed", output: {}, error: { code: "A", message: "b" } },
    { status: "failed", output: null, error: { code: "a b", message: "c" } },
    { status: "failed", output: null, error: { code: "A", message: 5 } },
    { status: "stopped", output: null, error: null },
  ])("that does not say how the workflow ends fails the node: %j", async (output) => {
    const result = await runNodes([broken(output), echo("x", {}, { join: "ended", ...after("e") })]);
    expect(result).toMatchObject({ status: "failed", error: { code: "ICE_OUTPUT_INVALID", path: "e" } });
    expect(statuses(result)).toEqual({ e: "failed", x: "completed" });
  });

  test("ends the workflow as it says", async () => {
    const done = await runNodes([
      broken({ status: "completed", output: { v: 1 }, error: null }),
      echo("x", {}, after("e")),
    ]);
    expect(done).toMatchObject({ status: "completed", output: { v: 1 }, nodes: { e: { recovered: true } } });
    const gone = await runNodes([broken({ status: "failed", output: null, error: { code: "GONE", message: "no" } })]);
    expect(gone).toMatchObject({ status: "failed", error: { code: "GONE", message: "no", path: "e" } });
  });
});
