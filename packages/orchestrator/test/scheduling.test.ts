import { registerNode } from "@ice/core";
import { expect, test } from "vitest";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";

const off = (id: string, more: object = {}) => echo(id, {}, { when: "false", ...more });

test("a node starts when its own dependencies have ended, not a level later", async () => {
  const { durationMs, nodes } = await runNodes([
    sleep("slow", 1000),
    sleep("fast", 10),
    sleep("next", 900, after("fast")),
    echo("last", {}, after("next")),
  ]);
  expect(durationMs).toBe(1000);
  expect(nodes["last"]!.startedAt! - nodes["slow"]!.startedAt!).toBe(910);
});

test("ready nodes start in list order, whatever they wait for", async () => {
  const { test } = await runNodes([echo("a"), echo("b", {}, after("a")), echo("c")], {
    settings: { maxConcurrency: 1 },
  });
  expect(test.events.of("node.started").map(({ path }) => path)).toEqual(["a", "b", "c"]);
});

test("a container does not wait for a slot behind a leaf that does", async () => {
  const { test, status } = await runNodes(
    [sleep("busy", 100), echo("blocked"), { id: "group", type: "parallel", branches: [[echo("inside")]] }],
    { settings: { maxConcurrency: 1 } },
  );
  expect(status).toBe("completed");
  expect(test.events.of("node.started").map(({ path }) => path)).toEqual(["busy", "group", "blocked", "group.inside"]);
});

test("a container that is listed first starts before a leaf, though the leaf has a slot", async () => {
  const { test } = await runNodes([{ id: "group", type: "parallel", branches: [[echo("inside")]] }, echo("leaf")]);
  expect(test.events.of("node.started").map(({ path }) => path)).toEqual(["group", "group.inside", "leaf"]);
});

test("a node that waits for a slot when the workflow halts does not start any more", async () => {
  const result = await runNodes(
    [
      fail("bad"),
      echo("ready"),
      { id: "group", type: "parallel", branches: [[echo("inside")]], ...after("bad") } as never,
      echo("clean", {}, { ...after("bad"), join: "ended" }),
    ],
    { settings: { failurePolicy: "halt", maxConcurrency: 1 } },
  );
  expect(result.test.events.of("node.started").map(({ path }) => path)).toEqual(["bad", "clean"]);
  expect(statuses(result)).toEqual({
    bad: "failed",
    ready: "skipped runStopped",
    group: "skipped runStopped",
    clean: "completed",
  });
});

test("maxConcurrency counts nested nodes too, and waiters take turns", async () => {
  const body = (id: string) => ({
    id,
    type: "loop" as const,
    itemsSource: "range(4)",
    parallel: true,
    body: [sleep(`${id}s`, 100)],
  });
  const { durationMs } = await runNodes([body("x"), body("y")], { settings: { maxConcurrency: 2 } });
  expect(durationMs).toBe(400);
});

test.each([
  ["all", [echo("a"), off("b")], "completed"],
  ["all", [off("a"), off("b")], "skipped dependencySkipped"],
  ["all", [echo("a"), fail("b")], "skipped dependencyFailed"],
  ["strict", [echo("a"), off("b")], "skipped dependencySkipped"],
  ["strict", [echo("a"), echo("b")], "completed"],
  ["any", [echo("a"), fail("b")], "completed"],
  ["any", [off("a"), fail("b")], "skipped dependencyFailed"],
  [{ atLeast: 2 }, [echo("a"), echo("b")], "completed"],
  [{ atLeast: 2 }, [echo("a"), off("b")], "skipped dependencySkipped"],
  ["ended", [off("a"), fail("b")], "completed"],
] as const)("join %j over %#: %s", async (join, [a, b], expected) => {
  const result = await runNodes([a, b, echo("c", {}, { ...after("a", "b"), join })]);
  expect(statuses(result)["c"]).toBe(expected);
});

test("an early join sees only what had arrived, and runs once", async () => {
  const { output, nodes } = await runNodes([
    echo("fast", { v: 1 }),
    sleep("slow", 100),
    sleep("c", 500, { ...after("fast", "slow"), join: "any" }),
    echo(
      "seen",
      { slow: "{{ has(nodes.slow) }}", fast: "{{ has(nodes.fast) }}" },
      { ...after("fast", "slow"), join: "any" },
    ),
  ]);
  expect(output["seen"]).toEqual({ slow: false, fast: true });
  expect(nodes["c"]!.attempts).toBe(1);
});

test("a second attempt of an early join sees no more than the first", async () => {
  const look = { dependencies: ["fast", "slow"], join: "any", retryPolicy: { maxAttempts: 2, backoffSeconds: 1 } };
  const seen: string[][] = [];
  const result = await runNodes([echo("fast"), sleep("slow", 100), { id: "c", type: "look", ...look } as never], {
    before: {
      before: (runtime) =>
        registerNode(
          "look",
          ({ context, attempt }) => {
            seen.push(Object.keys(context));
            if (attempt === 1) throw new Error("again");
            return null;
          },
          { runtime },
        ),
    },
  });
  expect([result.nodes["c"]!.attempts, seen]).toEqual([2, [["fast"], ["fast"]]]);
});

test("a node skipped because of a failure counts as failed for its own dependents", async () => {
  const result = await runNodes([
    fail("a"),
    echo("ok"),
    echo("b", {}, after("a")),
    echo("c", {}, after("b", "ok")),
    echo("d", {}, { ...after("b", "ok"), join: "any" }),
  ]);
  expect(statuses(result)).toMatchObject({
    b: "skipped dependencyFailed",
    c: "skipped dependencyFailed",
    d: "completed",
  });
});

test("a node whose condition is false is skipped, and does not count as a failure for others", async () => {
  const result = await runNodes([
    off("a"),
    echo("b", {}, after("a")),
    echo("c", {}, { ...after("a", "b"), join: "ended" }),
  ]);
  expect(statuses(result)).toEqual({ a: "skipped whenFalse", b: "skipped dependencySkipped", c: "completed" });
  expect(result.output).toEqual({ c: {} });
});

test("an error in `when` is a failure of the node: onError sees it, a retry does not", async () => {
  const result = await runNodes([
    echo("a", { v: 1 }),
    echo("b", {}, { when: "a.v", retryPolicy: { maxAttempts: 3 } }),
    echo("c", {}, { when: "a.missing", onError: { output: "{{ error.code }}" } }),
  ]);
  expect(result.nodes["b"]).toMatchObject({ status: "failed", attempts: 0, error: { code: "ICE_EXPRESSION_FAILED" } });
  expect(result.nodes["c"]).toMatchObject({ status: "completed", recovered: true, output: "ICE_EXPRESSION_FAILED" });
});

test("under halt an `ended` join that fails cancels no other one", async () => {
  const policy = { settings: { failurePolicy: "halt" as const } };
  const ended = (...ids: string[]) => ({ ...after(...ids), join: "ended" });
  const later = await runNodes(
    [fail("work", { code: "E" }), sleep("slow", 60, ended("work")), fail("quick", { code: "F" }, ended("work"))],
    policy,
  );
  expect([later.error, statuses(later)]).toEqual([
    expect.objectContaining({ code: "E", path: "work" }),
    { work: "failed", quick: "failed", slow: "completed" },
  ]);
  // The first failure of all may be one of an `ended` join: it cancels the others that are not.
  const first = await runNodes(
    [
      echo("work"),
      sleep("slow", 60, ended("work")),
      sleep("other", 60, after("work")),
      fail("quick", {}, ended("work")),
    ],
    policy,
  );
  expect(statuses(first)).toEqual({ work: "completed", quick: "failed", other: "cancelled", slow: "completed" });
});

test("halt cancels what runs and skips what waits; `ended` joins still clean up", async () => {
  const result = await runNodes(
    [
      sleep("slow", 5000),
      sleep("short", 10),
      fail("a", {}, after("short")),
      echo("late", {}, after("slow")),
      echo("cleanup", {}, { ...after("a", "slow"), join: "ended" }),
    ],
    { settings: { failurePolicy: "halt" } },
  );
  expect(statuses(result)).toEqual({
    short: "completed",
    a: "failed",
    slow: "cancelled",
    late: "skipped runStopped",
    cleanup: "completed",
  });
  expect(result.durationMs).toBe(10);
});

test("always counts a failed dependency as skipped in every join, and the run still fails", async () => {
  const result = await runNodes([fail("a"), echo("ok"), echo("b", {}, after("a", "ok")), echo("c", {}, after("a"))], {
    settings: { failurePolicy: "always" },
  });
  expect(result.status).toBe("failed");
  expect(statuses(result)).toMatchObject({ b: "completed", c: "skipped dependencySkipped" });
});

test("the first failure is the run's error; the rest still runs under continuePossible", async () => {
  const result = await runNodes([
    sleep("s", 50),
    fail("late", { message: "second" }, after("s")),
    fail("early", { message: "first" }),
    echo("x", {}, after("s")),
  ]);
  expect(result.error).toMatchObject({ path: "early", message: "first" });
  expect(statuses(result)["x"]).toBe("completed");
});

test("a run timeout cancels everything, `ended` joins included", async () => {
  const result = await runNodes([sleep("a", 5000), echo("cleanup", {}, { ...after("a"), join: "ended" })], {
    settings: { timeoutSeconds: 0.5 },
  });
  expect(result).toMatchObject({ status: "failed", error: { code: "ICE_RUN_TIMEOUT" }, durationMs: 500 });
  expect(statuses(result)).toEqual({ a: "cancelled", cleanup: "skipped runStopped" });
});

test("output without declaration is every completed top-level node, also of a failed run", async () => {
  const { output } = await runNodes([echo("a", { v: 1 }), fail("b"), off("c")]);
  expect(output).toEqual({ a: { v: 1 } });
});

test("declared outputs are evaluated only when the run completed; an error in one fails it", async () => {
  const good = await runNodes([echo("a", { v: 1 })], { outputs: { n: "{{ a.v + 1 }}" } });
  const bad = await runNodes([echo("a", { v: 1 })], { outputs: { n: "{{ a.w }}" } });
  const failed = await runNodes([echo("a"), fail("b")], { outputs: { n: 1 } });
  expect(good.output).toEqual({ n: 2 });
  expect(bad).toMatchObject({
    status: "failed",
    output: {},
    error: { code: "ICE_EXPRESSION_FAILED", path: "outputs.n" },
  });
  expect(failed.output).toEqual({});
});
