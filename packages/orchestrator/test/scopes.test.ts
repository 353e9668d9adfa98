import { defineTool, IceError } from "@ice/core";
import type { TestRuntime } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { child, choose, loop, named, parallel, scope, wait } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const fails = (more: object = {}, args: object = {}) =>
  fail("f", { code: "OOPS", message: "went wrong", retryable: false, ...args }, more);
type Recorded = Pick<TestRuntime, "events">;
/** Ids of completed nodes, in the order of their ends. */
const completed = ({ events }: Recorded): string[] =>
  events.of("node.completed").map(({ path }) => path!.split(".").at(-1)!);

describe("a scope whose body completes", () => {
  test("has the output of its last node and those of all; nothing but `finally` follows", async () => {
    const result = await runNodes([
      scope("s", [echo("a", { v: 1 }), echo("b", { v: "{{ a.v + 1 }}" }), echo("no", {}, { when: "false" })], {
        compensate: { a: [echo("revert")] },
        catch: { body: [echo("c")] },
        finally: [echo("x", { none: "{{ error == null }}", b: "{{ b.v + nodes.b.v }}", no: "{{ has(nodes.no) }}" })],
      }),
      echo("z", { v: "{{ s.output.v + s.nodes.a.v }}" }),
    ]);
    expect(result.output["s"]).toEqual({ output: { v: 2 }, nodes: { a: { v: 1 }, b: { v: 2 } }, error: null });
    expect(result.nodes["s"]).not.toHaveProperty("recovered");
    expect(result.nodes["s.x"]!.output).toEqual({ none: true, b: 4, no: false });
    expect(Object.keys(result.nodes).toSorted()).toEqual(["s", "s.a", "s.b", "s.no", "s.x", "z"]);
  });
});

describe("a scope whose body fails", () => {
  test("compensates for what completed, recovered and cached nodes too, the last to end first; then catch, then finally", async () => {
    const engine = await startEngine();
    const kept = echo("kept", {}, { cache: { ttlSeconds: 60 } });
    await engine.execute([kept], { runId: "before" });
    engine.events.clear();
    const body = [
      sleep("slow", 30),
      sleep("quick", 10),
      kept,
      fail("recovered", { retryable: false }, { onError: { output: {} }, ...after("slow") }),
      fail("ignored", { retryable: false }, { onError: "skip", ...after("slow") }),
      sleep("running", 9000),
      fails(after("recovered")),
      echo("never", {}, after("f")),
    ];
    const ids = ["slow", "quick", "kept", "recovered", "ignored", "running", "f", "never"];
    const compensate = Object.fromEntries(ids.map((id) => [id, [echo(`revert_${id}`)]]));
    const nodes = [scope("s", body, { compensate, catch: { body: [echo("c")] }, finally: [echo("x")] })];
    const result = await engine.execute(nodes, {}, { settings: { failurePolicy: "halt" } });
    const reverted = ["revert_recovered", "revert_slow", "revert_quick", "revert_kept"];
    expect(completed(engine)).toEqual(["kept", "quick", "slow", "recovered", ...reverted, "c", "x", "s"]);
    const of = engine.events.of("scope.compensated").map(({ path, data }) => [path, data.of]);
    expect(of).toEqual(["recovered", "slow", "quick", "kept"].map((id) => ["s", id]));
    expect(result.nodes["s.kept"]).toMatchObject({ cached: true });
    expect(statuses(result)).toMatchObject({ "s.running": "cancelled", "s.never": "skipped runStopped" });
  });

  test("runs the nodes of one compensation as a DAG, which sees what the scope and the body have, and the error", async () => {
    const revert = [
      echo("u1", { paid: "{{ pay.amount }}", by: "{{ nodes.pay.amount + inputs.n }}", code: "{{ error.code }}" }),
      echo("u2", { outer: "{{ before.v + item }}", u1: "{{ u1.paid }}", f: "{{ has(nodes.f) }}" }),
    ];
    const body = [echo("pay", { amount: 5 }), fails(after("pay"))];
    const result = await runNodes(
      [echo("before", { v: 1 }), loop("l", "[40]", [scope("s", body, { compensate: { pay: revert } })])],
      { inputs: { n: 2 } },
    );
    expect(result.nodes["l[0].s.u1"]!.output).toEqual({ paid: 5, by: 7, code: "OOPS" });
    expect(result.nodes["l[0].s.u2"]!.output).toEqual({ outer: 41, u1: 5, f: false });
    expect(result.error).toMatchObject({ code: "OOPS", path: "l[0].s.f", message: "went wrong" });
  });

  test("is recovered by `catch`, which sees the error; the output is that of `catch`", async () => {
    const caught = [
      echo("c", { v: "{{ a.v }}", error: "{{ error }}" }),
      echo("d", { c: "{{ c.v }}" }, { when: "false" }),
    ];
    const result = await runNodes([
      scope("s", [echo("a", { v: 5 }), fails(after("a"))], { catch: { body: caught } }),
      echo("z", { code: "{{ s.error.code }}" }),
    ]);
    const error = { code: "OOPS", message: "went wrong", path: "s.f" };
    const c = { v: 5, error };
    expect(result.output).toEqual({ s: { output: c, nodes: { a: { v: 5 }, c }, error }, z: { code: "OOPS" } });
    expect(result.nodes["s"]).toMatchObject({ status: "completed", recovered: true, attempts: 1, error });
    expect(result.test.events.of("scope.caught")).toMatchObject([{ path: "s", data: { code: "OOPS" } }]);
  });

  test.each([
    [["OTHER", "OOPS"], "completed"],
    [["OTHER"], "failed"],
    [["oops"], "failed"],
  ])("catches only the codes %j: %s", async (codes, status) => {
    const nodes = [scope("s", [fails()], { catch: { codes, body: [echo("c")] }, finally: [echo("x")] })];
    const result = await runNodes(nodes);
    expect(result.nodes).toMatchObject({ s: { status, error: { code: "OOPS" } }, "s.x": { status: "completed" } });
    expect("s.c" in result.nodes).toBe(status === "completed");
  });

  test("is caught by the code of a cause, at any depth", async () => {
    const cause = new IceError("ROOT", "root", { cause: new IceError("DEEPER", "deeper") });
    const wrapped = defineTool({
      name: "wrapped",
      args: z.object({}),
      run: () => Promise.reject(new IceError("OUTER", "outer", { cause, retryable: false })),
    });
    const call = { id: "t", type: "tool", toolName: "wrapped" } as never;
    for (const code of ["OUTER", "ROOT", "DEEPER"]) {
      const nodes = [scope("s", [call], { catch: { codes: [code], body: [echo("c", { code: "{{ error.code }}" })] } })];
      const { output } = await runNodes(nodes, { start: { tools: [wrapped as never] } });
      expect(output["s"]).toMatchObject({ output: { code: "OUTER" } });
    }
  });

  test("fails with the error of `catch`, with the first one in its details", async () => {
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
    const worse = fail("g", { code: "WORSE" }, { retryPolicy });
    const { error } = await runNodes([scope("s", [fails()], { catch: { body: [worse] }, finally: [echo("x")] })]);
    const first = { code: "OOPS", message: "went wrong", path: "s.f" };
    expect(error).toMatchObject({ code: "WORSE", path: "s.g", details: { first } });
  });

  test("follows `onError` after everything else", async () => {
    const more = { compensate: { a: [echo("revert")] }, finally: [echo("x")], onError: { output: "{{ error.code }}" } };
    const result = await runNodes([scope("s", [echo("a"), fails(after("a"))], more)]);
    expect([result.output["s"], completed(result.test)]).toEqual(["OOPS", ["a", "revert", "x", "s"]]);
  });

  test("ends by the failure policy: what does not depend on the failed node ends before compensation begins", async () => {
    const body = [fails(), sleep("a", 50), echo("b", {}, after("a"))];
    const result = await runNodes([scope("s", body, { compensate: { b: [echo("revert")] } })]);
    expect([statuses(result)["s.revert"], result.durationMs]).toEqual(["completed", 50]);
  });
});

test("`catch` can wait: a resume continues there and repeats nothing", async () => {
  const { execute, runs, signal, resume, events } = await startEngine();
  const caught = [wait("w", { signal: "go" }), echo("c", { v: "{{ w.payload }}", a: "{{ a.v }}" })];
  const more = { compensate: { a: [echo("revert")] }, catch: { body: caught }, finally: [echo("x")] };
  await execute([scope("s", [echo("a", { v: 1 }), fails(after("a"))], more)]);
  const open = (await runs.explain("r")).map(({ path, status }) => [path, status]);
  expect(open).toEqual([
    ["s", "waiting"],
    ["s.w", "waiting"],
    ["s.c", "pending"],
  ]);
  await signal("go", 5);
  expect(await resume()).toMatchObject({ status: "completed", output: { s: { output: { v: 5, a: 1 } } } });
  expect(completed({ events })).toEqual(["a", "revert", "w", "c", "x", "s"]);
});

test("a scope in a body counts as one node: once completed, only the compensation that names it reverses it", async () => {
  const inner = scope("inner", [echo("a")], { compensate: { a: [echo("revertA")] } });
  const body = [
    inner,
    loop("l", "[1]", [scope("t", [echo("b")], { compensate: { b: [echo("revertB")] } })]),
    fails(after("inner", "l")),
  ];
  const result = await runNodes([scope("outer", body, { compensate: { inner: [echo("revertInner")] } })]);
  expect(completed(result.test).filter((id) => id.startsWith("revert"))).toEqual(["revertInner"]);
});

test("a skipped scope does nothing, and an inner error is caught once, by the innermost scope", async () => {
  const caught = (id: string) => ({ catch: { body: [echo(id)] }, finally: [echo(`${id}_x`)] });
  const result = await runNodes([
    scope("off", [echo("a")], { when: "false", finally: [echo("never")] }),
    scope("outer", [scope("inner", [fails()], caught("ci"))], caught("co")),
  ]);
  expect(completed(result.test)).toEqual(["ci", "ci_x", "inner", "co_x", "outer"]);
  expect(statuses(result)["off"]).toBe("skipped whenFalse");
});

test("lists after the body may have containers, whose nodes see the same names", async () => {
  const inside = [choose("c", [{ when: "error.code == 'OOPS'", path: [echo("e", { v: "{{ a.v }}" })] }])];
  const result = await runNodes(
    [
      scope("s", [echo("a", { v: 3 }), fails(after("a"))], {
        finally: [parallel("p", [inside, [child("w", "helper", { inputs: { v: "{{ a.v }}" } })]])],
      }),
    ],
    { start: { workflows: [named("helper", [echo("h", { v: "{{ inputs.v }}" })])] } },
  );
  expect(result.nodes).toMatchObject({ "s.p.c.e": { output: { v: 3 } }, "s.p.w.h": { output: { v: 3 } } });
});
