import { defineTool, WorkflowExecutionService, type NodeInput, type RunResult, type ToolContext } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { HoldingStore } from "./holding-store.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";

const policy = (more: object = {}) => ({ retryPolicy: { maxAttempts: 3, backoffSeconds: 1, ...more } });

async function start(nodes: readonly NodeInput[], options: OrchestratorOptions = {}) {
  const ice = await createTestRuntime(initializeOrchestrator, options);
  const runs = ice.runtime.use(WorkflowExecutionService);
  const workflow = new Workflow(nodes, { name: "w", runtime: ice.runtime });
  const interrupt = new AbortController();
  return {
    ...ice,
    runs,
    begin: () => workflow.execute({}, { runId: "r", interrupt: interrupt.signal }),
    /** Leaves the run as a process does that is asked to end. */
    release: async (running: Promise<RunResult>) => {
      interrupt.abort();
      expect((await running).status).toBe("interrupted");
    },
    resume: () => ice.clock.runUntil(runs.resume("r")),
  };
}

/** A tool that fails before its attempt `until`, and keeps what each attempt was given. */
function flaky(until: number) {
  const contexts: Pick<ToolContext, "attempt" | "signal">[] = [];
  const tool = defineTool({
    name: "flaky",
    args: z.object({}),
    run(_args, { attempt, signal }) {
      contexts.push({ attempt, signal });
      if (attempt < until) throw new Error("not yet");
      return attempt;
    },
  });
  const node = (id: string, more: object = {}): NodeInput =>
    ({ id, type: "tool", toolName: "flaky", ...policy(), ...more }) as NodeInput;
  return { contexts, node, options: { tools: [tool as never] } };
}

describe("a run that was left during a back-off", () => {
  const scenario = async () => {
    const { contexts, node, options } = flaky(2);
    const ice = await start([node("a", policy({ backoffSeconds: 10 }))], options);
    const startedAt = ice.clock.now();
    const running = ice.begin();
    await ice.clock.advance(3000);
    await ice.release(running);
    expect(contexts).toHaveLength(1);
    return { ...ice, contexts, startedAt };
  };

  test("waits for the rest of it, and continues with the next attempt", async () => {
    const { clock, resume, contexts, startedAt, close } = await scenario();
    await clock.advance(2000);
    expect((await resume()).nodes["a"]).toMatchObject({ status: "completed", attempts: 2, output: 2 });
    expect([clock.now() - startedAt, contexts.map(({ attempt }) => attempt)]).toEqual([10_000, [1, 2]]);
    await close();
  });

  test("does not wait at all once the time has passed", async () => {
    const { clock, resume, startedAt, close } = await scenario();
    await clock.advance(60_000);
    expect((await resume()).nodes["a"]).toMatchObject({ status: "completed", attempts: 2 });
    expect(clock.now() - startedAt).toBe(63_000);
    await close();
  });

  test("never waits longer than it was meant to, when the clock was set back", async () => {
    const { clock, resume, close } = await scenario();
    clock.jump(-3_600_000);
    const before = clock.now();
    expect((await resume()).nodes["a"]).toMatchObject({ status: "completed", attempts: 2 });
    expect(clock.now() - before).toBe(10_000);
    await close();
  });
});

describe("between two attempts", () => {
  test("the signal of the one that failed is aborted with its error, and the next has one of its own", async () => {
    const { contexts, node, options } = flaky(2);
    const aborted: boolean[] = [];
    await runNodes([node("a"), sleep("during", 500), echo("x", {}, after("during"))], {
      start: options,
      options: {
        onEvent: ({ type, path }) =>
          type === "node.completed" && path === "x" && aborted.push(...contexts.map(({ signal }) => signal.aborted)),
      },
    });
    expect(aborted).toEqual([true]);
    expect(contexts[0]!.signal.reason).toMatchObject({ code: "ICE_NODE_FAILED", message: "not yet" });
    expect(contexts[1]!.signal).not.toBe(contexts[0]!.signal);
    expect(contexts[1]!.signal.aborted).toBe(false);
  });

  test("an event says when the next one comes, and why", async () => {
    const { test: ice } = await runNodes([fail("a", { untilAttempt: 2, code: "E_BUSY", message: "busy" }, policy())]);
    const error = { code: "E_BUSY", message: "busy" };
    expect(ice.events.of("node.retryScheduled").map(({ data }) => data)).toEqual([
      { delayMs: 1000, nextAttempt: 2, error },
      { delayMs: 2000, nextAttempt: 3, error },
    ]);
  });

  test("monitors can count the retries", async () => {
    const { output } = await runNodes([
      { id: "m", type: "monitor", metricExpression: "metrics.retries == 2", actionOnTrigger: "alert" } as NodeInput,
      fail("a", { untilAttempt: 2 }, policy()),
    ]);
    expect(output["m"]).toMatchObject({ triggered: true, triggerCount: 1 });
  });

  test("the slot goes to others, and the next attempt waits for one", async () => {
    const { contexts, node, options } = flaky(2);
    const { nodes, test: ice } = await runNodes([node("a"), sleep("long", 5000), sleep("last", 10)], {
      start: options,
      settings: { maxConcurrency: 1 },
    });
    expect(contexts).toHaveLength(2);
    // `a` queued at 1 s, behind `last`.
    expect([nodes["a"]!.durationMs, nodes["long"]!.durationMs]).toEqual([5010, 5000]);
    expect(ice.events.lines().filter((line) => line.startsWith("node.completed"))).toEqual([
      "node.completed long",
      "node.completed last",
      "node.completed a",
    ]);
  });

  test("a cancelled node stays cancelled, whether it waits for the time or for a slot", async () => {
    const { contexts, node, options } = flaky(3);
    /** A race that `winner` ends while the other branch waits for its second attempt, which is due after 1 s. */
    const race = (winner: NodeInput): NodeInput =>
      ({ id: "p", type: "parallel", settle: "first", branches: [[node("a")], [winner]] }) as unknown as NodeInput;
    const timed = await runNodes([race(sleep("b", 500)), sleep("s", 5000), sleep("t", 10, after("s"))], {
      start: options,
      settings: { maxConcurrency: 1 },
    });
    expect(statuses(timed)).toMatchObject({ "p.a": "cancelled", p: "completed", t: "completed" });
    expect(contexts).toHaveLength(1);
    contexts.length = 0;
    // The only slot is that of `s` until 5 s. A person who does not answer needs none.
    const absent = { id: "b", type: "human", promptMessage: "?", approvalType: "approval", timeoutSeconds: 2 };
    const queued = await runNodes(
      [race({ ...absent, onTimeout: "reject" } as NodeInput), sleep("s", 5000), sleep("t", 10, after("s"))],
      { start: options, settings: { maxConcurrency: 1 } },
    );
    expect(statuses(queued)).toMatchObject({ "p.a": "cancelled", p: "completed", t: "completed" });
    expect(contexts).toHaveLength(1);
  });

  test("the failure becomes durable: until then the next attempt does not begin, nor after a cancel", async () => {
    const { contexts, node, options } = flaky(2);
    const store = new HoldingStore();
    store.holds = ({ kind }) => kind === "attemptFailed";
    const ice = await start([node("a")], { ...options, store });
    const running = ice.begin();
    await ice.clock.advance(5000);
    expect([store.held, contexts.length]).toEqual([1, 1]);
    store.release();
    expect((await ice.clock.runUntil(running)).nodes["a"]).toMatchObject({ status: "completed", attempts: 2 });
    contexts.length = 0;
    const cancelled = new Workflow([node("a")], { name: "w", runtime: ice.runtime }).execute({}, { runId: "c" });
    await ice.clock.advance(5000);
    expect(store.held).toBe(1);
    await ice.runs.cancel("c");
    store.release();
    expect((await ice.clock.runUntil(cancelled)).nodes["a"]).toMatchObject({ status: "cancelled" });
    await ice.clock.advance(5000);
    expect(contexts).toHaveLength(1);
    await ice.close();
  });
});

test("the usage of failed attempts is kept: a resume counts it", async () => {
  const { node, options } = flaky(3);
  const ice = await start([node("a"), sleep("s", 60_000, after("a")), echo("z", {}, after("s"))], options);
  const running = ice.begin();
  await ice.clock.advance(10_000);
  await ice.release(running);
  // Three calls of `a`; then one of `s`, which is begun again, and one of `z`.
  expect((await ice.runs.show("r")).usage.toolCalls).toBe(3);
  expect((await ice.resume()).usage.toolCalls).toBe(5);
  await ice.close();
});
