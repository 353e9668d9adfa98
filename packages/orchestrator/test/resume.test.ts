import { HumanTaskService, RunStore, WorkflowExecutionService, type JournalRecord, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow, type OrchestratorOptions, type WorkflowOptions } from "../src/index.ts";
import { silentOwner } from "./journal/sample-run.ts";
import { after, echo, fail, sleep, statuses } from "./run-nodes.ts";

const ask = (more: object = {}): NodeInput =>
  ({ id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval", ...more }) as NodeInput;

type Settings = NonNullable<WorkflowOptions["settings"]>;

/** An engine with the run `r` of these nodes, which is to be executed and resumed. */
async function start(nodes: readonly NodeInput[], settings: Settings = {}, options: OrchestratorOptions = {}) {
  const { runtime, clock, close } = await createTestRuntime(initializeOrchestrator, options);
  const runs = runtime.use(WorkflowExecutionService);
  const tasks = runtime.use(HumanTaskService);
  const workflow = new Workflow(nodes, { name: "w", settings, runtime });
  return {
    clock,
    close,
    runtime,
    store: runtime.use(RunStore),
    execute: () => clock.runUntil(workflow.execute({}, { runId: "r" })),
    resume: () => clock.runUntil(runs.resume("r")),
    answer: (path: string, approved: boolean) => tasks.respond("r", path, { approved }),
  };
}

/** Executes the nodes, and resumes a copy of the run that has its records only up to one of them, as a crash would leave it. */
async function resumeAfter(
  isLast: (record: JournalRecord) => boolean,
  nodes: readonly NodeInput[],
  settings: Settings,
) {
  const first = await start(nodes, settings);
  await first.execute();
  const { records, status: _status, updatedAt: _updatedAt, signals: _signals, ...run } = await first.store.read("r");
  await first.close();
  const kept = records.slice(0, records.findIndex(isLast) + 1);
  expect(kept.length).toBeGreaterThan(0);
  const second = await start(nodes, settings);
  const journal = await second.store.create(run, silentOwner);
  for (const record of kept) await journal.append(record);
  await journal.append({ kind: "suspended", at: kept.at(-1)!.at, reason: "waiting" });
  const result = await second.resume();
  await second.close();
  return result;
}

const isOutcomeOf =
  (id: string) =>
  (record: JournalRecord): boolean =>
    record.kind === "outcome" && record.path === id;

const isStartOf =
  (id: string) =>
  (record: JournalRecord): boolean =>
    record.kind === "started" && record.path === id;

test("after a resume a node that was skipped because of a failure still counts as failed", async () => {
  const nodes = [
    fail("a"),
    echo("b", {}, after("a")),
    sleep("s", 100),
    echo("c", {}, after("b", "s")),
    echo("d", {}, { ...after("b", "s"), join: "strict" }),
  ];
  const result = await resumeAfter(isOutcomeOf("b"), nodes, { failurePolicy: "continuePossible" });
  expect(statuses(result)).toEqual({
    a: "failed",
    b: "skipped dependencyFailed",
    s: "completed",
    c: "skipped dependencyFailed",
    d: "skipped dependencyFailed",
  });
  expect(result.output).toEqual({ s: { ms: 100 } });
});

test("after a resume, a failure has still halted the workflow", async () => {
  const nodes = [fail("a"), echo("b"), echo("z", {}, after("b")), echo("clean", {}, { ...after("a"), join: "ended" })];
  const result = await resumeAfter(isOutcomeOf("a"), nodes, { failurePolicy: "halt", maxConcurrency: 1 });
  expect(result).toMatchObject({ status: "failed", error: { code: "ICE_NODE_FAILED", path: "a" } });
  expect(statuses(result)).toEqual({
    a: "failed",
    b: "skipped runStopped",
    z: "skipped runStopped",
    clean: "completed",
  });
});

test("a resume cancels what was in progress when a failure halted the workflow", async () => {
  const nodes = [ask(), sleep("s", 10), fail("bad", {}, after("s"))];
  const result = await resumeAfter(isOutcomeOf("bad"), nodes, { failurePolicy: "halt" });
  expect(result).toMatchObject({ status: "failed", error: { path: "bad" } });
  expect(statuses(result)).toEqual({ ask: "cancelled", s: "completed", bad: "failed" });
});

test("after a resume, a branch that was being cancelled because another had won is cancelled", async () => {
  const race = {
    id: "p",
    type: "parallel",
    settle: "first",
    branches: [
      [sleep("slow", 1000), sleep("slower", 2000), echo("loose", {}, after("slower")), echo("next", {}, after("slow"))],
      [sleep("quick", 10)],
    ],
  } as unknown as NodeInput;
  const result = await resumeAfter(isOutcomeOf("p.slow"), [race], {});
  expect(statuses(result)).toEqual({
    "p.quick": "completed",
    "p.slow": "cancelled",
    "p.slower": "skipped runStopped",
    "p.loose": "skipped runStopped",
    "p.next": "skipped runStopped",
    p: "completed",
  });
});

test("a forced resume with another blueprint omits nodes that it does not have", async () => {
  const { execute, answer, clock, runtime, close } = await start([fail("gone"), ask(), echo("z", {}, after("ask"))]);
  expect(await execute()).toMatchObject({ status: "suspended" });
  await answer("ask", true);
  const workflow = new Workflow([ask(), echo("z", {}, after("ask")), echo("new")], { name: "w", runtime });
  const result = await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r", { workflow, force: true }));
  expect(result).toMatchObject({ status: "completed" });
  expect(statuses(result)).toMatchObject({ ask: "completed", z: "completed", new: "completed" });
  await close();
});

/** A container, of which the beginning is recorded, that works for so long. */
const long = (id: string, ms: number, more: object): NodeInput =>
  ({ id, type: "loop", itemsSource: "[1]", body: [sleep("s", ms)], ...more }) as NodeInput;

test("a resume of a halted workflow cancels the `ended` joins that were in flight at the failure, and no other", async () => {
  const nodes = [
    echo("early"),
    long("before", 100, { ...after("early"), join: "ended" }),
    sleep("short", 10),
    fail("bad", {}, after("short")),
    long("clean", 20, { ...after("bad"), join: "ended" }),
  ];
  for (const last of [isOutcomeOf("bad"), isStartOf("clean")]) {
    const result = await resumeAfter(last, nodes, { failurePolicy: "halt" });
    expect(statuses(result)).toMatchObject({ bad: "failed", before: "cancelled", clean: "completed" });
  }
});

test("an `ended` join that failed has cancelled no other one, after a resume either", async () => {
  const nodes = [
    echo("work"),
    long("clean", 100, { ...after("work"), join: "ended" }),
    fail("bad", {}, { ...after("work"), join: "ended" }),
  ];
  const result = await resumeAfter(isOutcomeOf("bad"), nodes, { failurePolicy: "halt" });
  expect(statuses(result)).toEqual({ work: "completed", bad: "failed", clean: "completed", "clean[0].s": "completed" });
});

test("time in which the run was suspended does not count against its time limit", async () => {
  const nodes = [sleep("a", 4000), ask(after("a")), sleep("b", 4000, after("ask"))];
  const { execute, resume, answer, clock, close } = await start(nodes, { timeoutSeconds: 10 });
  expect(await execute()).toMatchObject({ status: "suspended" });
  await clock.advance(3_600_000);
  await answer("ask", true);
  expect(await resume()).toMatchObject({ status: "completed" });
  await close();
});

test("time in which earlier processes were active counts against the time limit of a run", async () => {
  const again = { id: "again", type: "human", promptMessage: "More?", approvalType: "approval" } as const;
  const nodes = [
    sleep("a", 4000),
    ask(after("a")),
    sleep("b", 4000, after("ask")),
    { ...again, ...after("b") } as NodeInput,
    sleep("c", 2500, after("again")),
  ];
  const { execute, resume, answer, clock, close } = await start(nodes, { timeoutSeconds: 10 });
  await execute();
  await clock.advance(60_000);
  await answer("ask", true);
  expect(await resume()).toMatchObject({ status: "suspended" });
  await clock.advance(60_000);
  await answer("again", true);
  const resumedAt = clock.now();
  expect(await resume()).toMatchObject({ status: "failed", error: { code: "ICE_RUN_TIMEOUT" } });
  expect(clock.now() - resumedAt).toBe(2000);
  await close();
});

test("nodes that ran in earlier processes count against the budget", async () => {
  const nodes = [echo("a"), ask(after("a")), echo("b", {}, after("ask"))];
  const { execute, resume, answer, close } = await start(nodes, { budget: { nodes: 2 } });
  await execute();
  await answer("ask", true);
  expect(await resume()).toMatchObject({
    status: "failed",
    error: { code: "ICE_BUDGET_EXCEEDED", path: "b", details: { budget: "nodes", limit: 2, used: 2 } },
  });
  await close();
});

test("after a resume another attempt of a container makes new requests, and takes no earlier answer", async () => {
  const loop = {
    id: "l",
    type: "loop",
    itemsSource: "[1]",
    retryPolicy: { maxAttempts: 2, backoffSeconds: 0 },
    body: [ask(), fail("no", {}, { ...after("ask"), when: "!ask.approved" })],
  } as NodeInput;
  const { execute, resume, answer, store, close } = await start([loop]);
  await execute();
  await answer("l[0].ask", false);
  expect(await resume()).toMatchObject({ status: "suspended", waiting: [{ path: "l[0].ask" }] });
  await answer("l[0].ask", true);
  expect(await resume()).toMatchObject({ status: "completed", nodes: { l: { attempts: 2 } } });
  const { records } = await store.read("r");
  expect(records.flatMap((record) => (record.kind === "waiting" ? [record.request] : []))).toEqual([1, 2]);
  await close();
});
