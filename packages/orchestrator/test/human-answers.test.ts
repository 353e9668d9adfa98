import { HumanTaskService, WorkflowExecutionService, type IceError, type JsonObject, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { HoldingStore } from "./holding-store.ts";
import { after, echo, fail, sleep, statuses } from "./run-nodes.ts";

const minute = 60_000;

const ask = (more: object = {}): NodeInput =>
  ({ id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval", ...more }) as NodeInput;

/** A node that keeps the process busy, so that it stays with the run while a person is asked. */
const busy = sleep("busy", 10 * minute);

async function start(...nodes: NodeInput[]) {
  const ice = await createTestRuntime(initializeOrchestrator, {});
  const runs = ice.runtime.use(WorkflowExecutionService);
  const tasks = ice.runtime.use(HumanTaskService);
  const workflow = new Workflow(nodes, { name: "w", runtime: ice.runtime });
  const startedAt = ice.clock.now();
  return {
    ...ice,
    runs,
    tasks,
    startedAt,
    begin: (runId = "r") => workflow.execute({}, { runId }),
    execute: (runId = "r") => ice.clock.runUntil(workflow.execute({}, { runId })),
    resume: (runId = "r") => ice.clock.runUntil(runs.resume(runId)),
    /** Data of the events of people, by type. */
    eventData: (type: string): JsonObject[] => ice.events.of(`human.${type}`).map(({ data }) => data),
  };
}

const unanswered = { approved: null, choice: null, response: null, respondedBy: null, respondedAt: null };

describe("a deadline that passes while the process waits for the answer", () => {
  test("rejects, with `onTimeout: reject`", async () => {
    const { execute, eventData, startedAt, close } = await start(
      ask({ timeoutSeconds: 60, onTimeout: "reject" }),
      busy,
    );
    const { output, nodes } = await execute();
    expect(output["ask"]).toEqual({ ...unanswered, approved: false, timedOut: true, escalated: false });
    expect(nodes["ask"]).toMatchObject({ endedAt: startedAt + minute });
    expect(eventData("requested")).toEqual([
      {
        request: 1,
        kind: "human",
        promptMessage: "Go?",
        approvalType: "approval",
        choices: [],
        responseSchema: null,
        assignees: [],
        escalated: false,
        expiresAt: startedAt + minute,
      },
    ]);
    expect(eventData("timedOut")).toEqual([{ request: 1 }]);
    expect(eventData("responded")).toEqual([]);
    await close();
  });

  test("returns the output of `onTimeout`", async () => {
    const { execute, close } = await start(ask({ timeoutSeconds: 60, onTimeout: { output: { n: 1 } } }), busy);
    const { output } = await execute();
    expect(output["ask"]).toEqual({ ...unanswered, response: { n: 1 }, timedOut: true, escalated: false });
    await close();
  });

  test("fails the node without `onTimeout`", async () => {
    const { execute, close } = await start(ask({ timeoutSeconds: 60 }), busy);
    expect((await execute()).error).toMatchObject({
      code: "ICE_NODE_TIMEOUT",
      path: "ask",
      message: 'No one answered node "ask" in time.',
      fix: "raise `timeoutSeconds`, or set with `onTimeout` what happens then",
    });
    await close();
  });

  test("does nothing after an answer in time", async () => {
    const { begin, tasks, clock, eventData, startedAt, close } = await start(
      ask({ timeoutSeconds: 60, onTimeout: "reject" }),
      sleep("next", 10, after("ask")),
      busy,
    );
    const running = begin();
    await clock.advance(minute - 1);
    await tasks.respond("r", "ask", { approved: true }, { by: "kim" });
    await clock.advance(0);
    // Only `busy` and `next` wait for the clock: the deadline is off it.
    expect(clock.pending).toBe(2);
    const { output, nodes } = await clock.runUntil(running);
    expect(output["ask"]).toEqual({
      ...unanswered,
      approved: true,
      respondedBy: "kim",
      respondedAt: startedAt + minute - 1,
      timedOut: false,
      escalated: false,
    });
    expect(nodes["next"]!.startedAt).toBe(startedAt + minute - 1);
    expect([eventData("responded"), eventData("timedOut")]).toEqual([[{ by: "kim" }], []]);
    await close();
  });

  test("is taken off the clock when the node is cancelled", async () => {
    const { execute, clock, close } = await start(
      { ...ask({ timeoutSeconds: 60 }), id: "first" } as NodeInput,
      {
        id: "p",
        type: "parallel",
        settle: "first",
        branches: [[ask({ timeoutSeconds: 3600 })], [sleep("quick", 1000)]],
      } as NodeInput,
    );
    const running = await execute();
    expect(statuses(running)).toMatchObject({ "p.ask": "cancelled", p: "completed" });
    expect(clock.pending).toBe(0);
    await close();
  });
});

test("the error of an answer to another path lists the open requests", async () => {
  const body = [ask({ id: "approve" })];
  const { tasks, runtime, clock, close } = await start();
  const loop = { id: "rows", type: "loop", itemsSource: "[1]", body } as unknown as NodeInput;
  const fixOf = async (runId: string, path: string): Promise<unknown> =>
    tasks.respond(runId, path, { approved: true }).catch(({ fix }: { fix: string }) => fix);
  await clock.runUntil(new Workflow([loop], { name: "w", runtime }).execute({}, { runId: "one" }));
  expect(await fixOf("one", "approve")).toBe('did you mean "rows[0].approve"?');
  expect(await fixOf("one", "rows[1].approve")).toBe('did you mean "rows[0].approve"?');
  expect(await fixOf("one", "elsewhere")).toBe("it has requests at rows[0].approve");
  await tasks.respond("one", "rows[0].approve", { approved: true });
  expect(await fixOf("one", "elsewhere")).toBe("see `waiting` of the run with WorkflowExecutionService.show()");
  await close();
});

describe("a deadline that passes while no process owns the run", () => {
  test("takes effect as soon as it is resumed", async () => {
    const { execute, resume, clock, eventData, close } = await start(ask({ timeoutSeconds: 60, onTimeout: "reject" }));
    expect(await execute()).toMatchObject({ status: "suspended" });
    await clock.advance(60 * minute);
    const before = clock.now();
    expect(await resume()).toMatchObject({ status: "completed", output: { ask: { approved: false, timedOut: true } } });
    expect([clock.now() - before, eventData("timedOut"), eventData("requested").length]).toEqual([
      0,
      [{ request: 1 }],
      1,
    ]);
    await close();
  });

  test("counts from when the person was asked, not from the resume", async () => {
    const { execute, resume, clock, startedAt, close } = await start(
      ask({ timeoutSeconds: 60, onTimeout: "reject" }),
      sleep("s", 5 * minute, { ...after("other") }),
      { ...ask(), id: "other" } as NodeInput,
    );
    await execute();
    await clock.advance(minute / 2);
    expect(await resume()).toMatchObject({ status: "suspended" });
    await clock.advance(minute / 2 - 1);
    expect(await resume()).toMatchObject({ status: "suspended" });
    await clock.advance(1);
    expect((await resume()).nodes["ask"]).toMatchObject({ status: "completed", endedAt: startedAt + minute });
    await close();
  });
});

describe("an escalation", () => {
  const escalating = ask({
    assignees: ["kim"],
    timeoutSeconds: 60,
    onTimeout: { escalateTo: "lee", timeoutSeconds: 30 },
  });

  test("asks the next person, who has a deadline of their own", async () => {
    const { begin, tasks, clock, eventData, startedAt, close } = await start(escalating, busy);
    const running = begin();
    await clock.advance(minute);
    const [task] = await tasks.list({ runId: "r" });
    expect(task).toMatchObject({
      path: "ask",
      request: 2,
      assignees: ["lee"],
      escalated: true,
      expiresAt: startedAt + 1.5 * minute,
    });
    expect([eventData("timedOut"), eventData("escalated")]).toEqual([
      [{ request: 1 }],
      [expect.objectContaining({ request: 2, assignees: ["lee"] })],
    ]);
    await expect(tasks.respond("r", "ask", { approved: true }, { by: "kim" })).rejects.toMatchObject({
      code: "ICE_RESPONSE_DENIED",
    });
    await tasks.respond("r", "ask", { approved: true }, { by: "lee" });
    const { output } = await clock.runUntil(running);
    expect(output["ask"]).toMatchObject({ approved: true, respondedBy: "lee", timedOut: false, escalated: true });
    await close();
  });

  test("fails when that deadline passes too", async () => {
    const { execute, eventData, startedAt, close } = await start(escalating, busy);
    const { nodes } = await execute();
    expect(nodes["ask"]).toMatchObject({
      status: "failed",
      endedAt: startedAt + 1.5 * minute,
      error: { code: "ICE_NODE_TIMEOUT" },
    });
    expect(eventData("timedOut")).toEqual([{ request: 1 }, { request: 2 }]);
    await close();
  });

  test("continues after a resume: the first request is not repeated", async () => {
    const { execute, resume, tasks, clock, eventData, close } = await start(escalating);
    await execute();
    await clock.advance(minute);
    expect(await resume()).toMatchObject({ status: "suspended", waiting: [{ assignees: ["lee"] }] });
    expect(await resume()).toMatchObject({ status: "suspended" });
    await tasks.respond("r", "ask", { approved: false }, { by: "lee" });
    expect((await resume()).output["ask"]).toMatchObject({ approved: false, escalated: true });
    expect([eventData("requested").length, eventData("escalated").length]).toEqual([1, 1]);
    await close();
  });
});

describe("an answer", () => {
  test("is given by an assignee only", async () => {
    const { execute, tasks, close } = await start(ask({ assignees: ["kim", "lee"] }));
    await execute();
    for (const by of [undefined, "max"])
      await expect(tasks.respond("r", "ask", { approved: true }, by === undefined ? {} : { by })).rejects.toMatchObject(
        {
          code: "ICE_RESPONSE_DENIED",
          message: expect.stringContaining('"ask" must be answered by'),
          fix: "name the person who answers: one of the assignees",
          details: { path: "ask", assignees: ["kim", "lee"] },
        },
      );
    expect(await tasks.respond("r", "ask", { approved: true }, { by: "lee" })).toMatchObject({ accepted: true });
    await close();
  });

  test("to an input matches the requested schema, with its defaults", async () => {
    const responseSchema = {
      type: "object",
      properties: { n: { type: "number" }, unit: { type: "string", default: "kg" } },
      required: ["n"],
    };
    const { execute, resume, tasks, close } = await start(
      ask({ approvalType: "input", responseSchema }),
      ask({ id: "free", approvalType: "input" }),
    );
    await execute();
    await expect(tasks.respond("r", "ask", { response: { n: "two" } })).rejects.toMatchObject({
      code: "ICE_RESPONSE_INVALID",
      message: expect.stringMatching(/^The answer does not match the request "ask": the answer at \/n \S/),
    });
    await expect(tasks.respond("r", "ask", { response: 7 })).rejects.toMatchObject({
      message: expect.stringMatching(/^The answer does not match the request "ask": the answer (?!at)\S/),
    });
    await tasks.respond("r", "ask", { response: { n: 2 } });
    await tasks.respond("r", "free", { response: ["any", 1] });
    const { output } = await resume();
    expect(output["ask"]).toMatchObject({ approved: true, response: { n: 2, unit: "kg" }, respondedBy: null });
    expect(output["free"]).toMatchObject({ response: ["any", 1] });
    await close();
  });

  test("that does not match is an error that describes the request, and how to show it", async () => {
    const { execute, tasks, close } = await start(
      ask(),
      ask({ id: "pick", approvalType: "choice", choices: ["red", "blue"] }),
      ask({ id: "say", approvalType: "input" }),
    );
    await execute();
    const refusal = async (path: string, answer: object): Promise<unknown> => {
      const [refused] = await Promise.allSettled([tasks.respond("r", path, answer as never)]);
      const { message, fix } = (refused as PromiseRejectedResult).reason as IceError;
      expect(fix).toBe("answer the request as it was asked; see it with WorkflowExecutionService.show()");
      return message.replace(`The answer does not match the request "${path}": `, "");
    };
    expect([
      await refusal("ask", {}),
      await refusal("ask", { approved: 1 }),
      await refusal("ask", { approved: true, choice: "red" }),
      await refusal("pick", { approved: true }),
      await refusal("pick", { choice: "green" }),
      await refusal("say", { choice: "red" }),
    ]).toEqual([
      "it asks for yes or no.",
      "`approved` must be true or false.",
      "it asks for yes or no.",
      "it asks for a choice.",
      expect.stringMatching(/^"green" is not one of .*red.*blue/),
      "it asks for an input.",
    ]);
    await close();
  });

  test("to a closed request is an error with the reason", async () => {
    const { begin, execute, tasks, runs, clock, close } = await start(
      ask({ timeoutSeconds: 60 }),
      {
        id: "p",
        type: "parallel",
        settle: "first",
        branches: [[{ ...ask(), id: "lost" }], [echo("won")]],
      } as unknown as NodeInput,
      ask({ id: "done" }),
    );
    const why = async (runId: string, path: string): Promise<unknown> =>
      tasks
        .respond(runId, path, { approved: true })
        .then(undefined, ({ code, message, fix, details }: IceError) => [code, message, fix, details]);
    const closed = (path: string, reason: string, first?: object) => [
      "ICE_REQUEST_CLOSED",
      `The request at "${path}" is closed: ${reason}.`,
      "resume the run, or see its result",
      { path, ...(first && { first }) },
    ];
    await execute();
    await tasks.respond("r", "done", { approved: true }, { by: "kim" });
    const first = { by: "kim", at: clock.now(), answer: { approved: true } };
    expect(await why("r", "done")).toEqual(closed("done", "it has been answered", first));
    expect(await why("r", "p.lost")).toEqual(closed("p.lost", "its node was cancelled"));
    await clock.advance(minute - 1);
    expect((await tasks.list({ runId: "r" })).map(({ path }) => path)).toEqual(["ask"]);
    await clock.advance(1);
    expect(await tasks.list({ runId: "r" })).toEqual([]);
    expect(await why("r", "ask")).toEqual(closed("ask", "its deadline has passed"));
    await runs.cancel("r");
    expect(await why("r", "done")).toEqual(closed("done", "its run is cancelled", first));
    expect(await why("r", "nowhere")).toEqual([
      "ICE_REQUEST_NOT_FOUND",
      'The run "r" has no request at "nowhere".',
      "see `waiting` of the run with WorkflowExecutionService.show()",
      { runId: "r", path: "nowhere" },
    ]);
    const both = begin("twice");
    await clock.advance(0);
    const answers = await Promise.allSettled(
      ["kim", "lee"].map((by) => tasks.respond("twice", "ask", { approved: true }, { by })),
    );
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((answers[1] as PromiseRejectedResult).reason).toMatchObject({
      message: 'The request at "ask" is closed: another answer came first.',
    });
    await clock.runUntil(both);
    await close();
  });
});

test.each([
  ["completed", echo("last", {}, after("ask"))],
  ["failed", fail("last", {}, after("ask"))],
] as const)("nothing is answered in a run that is %s", async (status, last) => {
  const { execute, resume, tasks, close } = await start(ask(), last);
  await execute();
  await tasks.respond("r", "ask", { approved: true });
  expect((await resume()).status).toBe(status);
  await expect(tasks.respond("r", "ask", { approved: true })).rejects.toMatchObject({
    message: `The request at "ask" is closed: its run is ${status}.`,
  });
  await close();
});

test("an answer that is too long for an output is refused", async () => {
  const ice = await createTestRuntime(initializeOrchestrator, { limits: { outputBytes: 1000 } });
  const workflow = new Workflow([ask({ approvalType: "input" })], { name: "w", runtime: ice.runtime });
  await ice.clock.runUntil(workflow.execute({}, { runId: "r" }));
  await expect(
    ice.runtime.use(HumanTaskService).respond("r", "ask", { response: "x".repeat(1000) }),
  ).rejects.toMatchObject({ code: "ICE_OUTPUT_LIMIT", message: expect.stringMatching(/^The answer to "ask"/) });
  await ice.close();
});

describe("while a request becomes durable", () => {
  /** An engine whose store holds requests back. */
  const holding = async (...nodes: NodeInput[]) => {
    const store = new HoldingStore();
    store.holds = ({ kind }) => kind === "waiting";
    const ice = await createTestRuntime(initializeOrchestrator, { store });
    const running = new Workflow(nodes, { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" });
    await ice.clock.advance(100);
    expect(store.held).toBe(1);
    return { ...ice, store, running, tasks: ice.runtime.use(HumanTaskService) };
  };

  test("an answer may come already: it counts", async () => {
    const { store, running, tasks, clock, close } = await holding(ask(), busy);
    await tasks.respond("r", "ask", { approved: true }, { by: "kim" });
    store.release();
    expect((await clock.runUntil(running)).output["ask"]).toMatchObject({ approved: true, respondedBy: "kim" });
    await close();
  });

  test("the node may be cancelled: no request is made then, and the run does not wait", async () => {
    const race = { id: "p", type: "parallel", settle: "first", branches: [[ask()], [sleep("quick", 50)]] };
    const { store, running, tasks, clock, close } = await holding(race as unknown as NodeInput, busy);
    store.release();
    await clock.advance(100);
    expect(await tasks.list({ runId: "r" })).toEqual([]);
    const result = await clock.runUntil(running);
    expect(result.status).toBe("completed");
    expect(statuses(result)).toMatchObject({ "p.ask": "cancelled", p: "completed" });
    await close();
  });
});

describe("the list of requests", () => {
  test("has the requests of all runs that have not ended, the oldest first", async () => {
    const { begin, tasks, runs, clock, startedAt, close } = await start(ask(), ask({ id: "too" }), busy);
    const first = begin("r1");
    await clock.advance(1000);
    const second = begin("r2");
    await clock.advance(1000);
    await tasks.respond("r1", "ask", { approved: true });
    const shown = (await tasks.list()).map(({ runId, path, request, requestedAt }) => [
      runId,
      path,
      request,
      requestedAt - startedAt,
    ]);
    expect(shown).toEqual([
      ["r1", "too", 1, 0],
      ["r2", "ask", 1, 1000],
      ["r2", "too", 1, 1000],
    ]);
    expect((await tasks.list({ runId: "r2" })).map(({ path }) => path)).toEqual(["ask", "too"]);
    await clock.runUntil(Promise.all([first, second]));
    expect(await tasks.list()).toHaveLength(3);
    await runs.cancel("r1");
    expect((await tasks.list()).map(({ runId }) => runId)).toEqual(["r2", "r2"]);
    await close();
  });

  test("has a thousand at most", async () => {
    const { execute, tasks, close } = await start({
      id: "l",
      type: "loop",
      itemsSource: "range(1001)",
      parallel: true,
      maxConcurrency: 2000,
      maxIterations: 2000,
      body: [ask()],
    } as NodeInput);
    expect((await execute()).waiting).toHaveLength(1001);
    expect(await tasks.list()).toHaveLength(1000);
    await close();
  });
});
