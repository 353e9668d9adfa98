import { WorkflowFactory, type JsonObject } from "@ice/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Workflow } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { ask, child, etl, start } from "./run-networks.ts";
import { echo } from "./run-nodes.ts";

test("workflows run in the order of their `after`, and read the outputs of those they come after", async () => {
  const { run, runs, factory, close } = await start();
  const result = await run([
    { id: "train", ref: "train", after: ["etl"], inputs: { rows: "{{ etl.output.rows }}" } },
    { id: "etl", ref: "etl" },
  ]);
  expect(result).toMatchObject({
    runId: "net",
    name: "n",
    status: "completed",
    workflows: {
      etl: { runId: "net.etl", status: "completed", output: { rows: [1, 2, 3], region: "eu" } },
      train: { runId: "net.train", status: "completed", output: { n: { n: 3 } }, nodes: { n: { attempts: 1 } } },
    },
  });
  expect(Object.keys(result.workflows)).toEqual(["train", "etl"]);
  expect(await factory.show("net")).toEqual(result);
  expect(await factory.resume("net")).toEqual(result);
  expect(await runs.show("net")).toMatchObject({ status: "completed", nodes: { etl: { type: "network.workflow" } } });
  await close();
});

test("a status and a run id can be read too, and nothing else of a workflow", async () => {
  const { run, issuesOf, close } = await start();
  const reading = (text: string): JsonObject[] => [
    { id: "a", ref: "etl" },
    { id: "b", ref: "train", after: ["a"], inputs: { rows: [], text } },
  ];
  const result = await run(reading("{{ a.status }} {{ a.runId }} {{ inputs.global.region }}"));
  expect(result.status).toBe("completed");
  expect(issuesOf(reading("{{ a.rows }}"))).toMatchObject([
    { code: "ICE_EXPRESSION_SCOPE", path: "/workflows/1/inputs/text" },
  ]);
  expect(issuesOf(reading("{{ inputs.day }}"))).toMatchObject([{ code: "ICE_EXPRESSION_SCOPE" }]);
  await close();
});

test("`global` is added after the inputs were checked, so a strict schema does not refuse it", async () => {
  const inputs = { type: "object", properties: { day: { type: "string" } }, required: ["day"] };
  const strict = child("strict", [echo("e", { text: "{{ inputs.day }} {{ inputs.global.region }}" })], {
    inputs: { ...inputs, additionalProperties: false },
  });
  const { run, runs, issuesOf, close } = await start({ workflows: [strict] });
  const result = await run([
    { id: "a", ref: "strict", inputs: { day: "monday" } },
    { id: "b", ref: "strict", inputs: {} },
  ]);
  expect(result).toMatchObject({
    status: "failed",
    workflows: {
      a: { status: "completed", output: { e: { text: "monday eu" } } },
      b: { status: "failed", error: { code: "ICE_INPUT_INVALID", path: "b" } },
    },
    error: { code: "ICE_INPUT_INVALID", path: "b" },
  });
  await expect(runs.show("net.b")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  expect(issuesOf([{ id: "a", ref: "strict", inputs: { day: "x", global: {} } }])).toMatchObject([
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/workflows/0/inputs/global" },
  ]);
  await close();
});

test("a failure skips the workflows after it, and the rest continues", async () => {
  const { run, factory, events, close } = await start();
  const result = await run([
    { id: "bad", ref: "bad" },
    { id: "next", ref: "train", after: ["bad"], inputs: { rows: [] } },
    { id: "last", ref: "etl", after: ["next"] },
    { id: "etl", ref: "etl" },
  ]);
  expect(result).toMatchObject({
    status: "failed",
    error: { code: "E_BROKEN", message: "broken", path: "bad.f" },
    workflows: { bad: { status: "failed", error: { code: "E_BROKEN", path: "f" } }, etl: { status: "completed" } },
  });
  expect(result.workflows["next"]).toEqual({ status: "skipped", skipReason: "dependencyFailed" });
  expect(result.workflows["last"]).toEqual({ status: "skipped", skipReason: "dependencyFailed" });
  expect(await factory.show("net")).toEqual(result);
  expect(events.lines("net")).toEqual([
    "network.started",
    "network.workflowStarted bad",
    "network.workflowStarted etl",
    "network.workflowFailed bad",
    "network.workflowSkipped next",
    "network.workflowSkipped last",
    "network.workflowCompleted etl",
    "network.failed",
  ]);
  await close();
});

test.each([undefined, 3])("at most maxConcurrency workflows run at a time: %s", async (maxConcurrency) => {
  const { run, events, close } = await start();
  const workflows = Array.from({ length: 12 }, (_, at) => ({ id: `w${at}`, ref: "slow" }));
  const result = await run(workflows, maxConcurrency === undefined ? {} : { maxConcurrency });
  expect(result.status).toBe("completed");
  let running = 0;
  const most = events.events.map(({ type, runId }) => {
    if (runId !== "net") return 0;
    if (type === "network.workflowStarted") running += 1;
    if (type === "network.workflowCompleted") running -= 1;
    return running;
  });
  expect(Math.max(...most)).toBe(maxConcurrency ?? 5);
  await close();
});

test("a time limit of the network stops its workflows", async () => {
  const { run, runs, close } = await start();
  const result = await run([{ id: "slow", ref: "slow" }], {}, { timeoutSeconds: 0.05 });
  expect(result).toMatchObject({ status: "failed", error: { code: "ICE_RUN_TIMEOUT" } });
  expect(await runs.show("net.slow")).toMatchObject({ status: "cancelled" });
  await close();
});

test("a workflow that is cancelled directly fails its network, which is not cancelled", async () => {
  const { run, runs, resume, close } = await start();
  await run([
    { id: "ask", ref: "approval" },
    { id: "next", ref: "etl", after: ["ask"] },
  ]);
  await runs.cancel("net.ask");
  expect(await resume()).toMatchObject({
    status: "failed",
    error: { code: "ICE_RUN_CANCELLED", path: "ask" },
    workflows: { ask: { status: "cancelled" }, next: { status: "skipped", skipReason: "dependencyFailed" } },
  });
  await close();
});

test("closing the orchestrator ends the networks in progress", async () => {
  const { networkOf, close } = await start();
  const running = networkOf([{ id: "slow", ref: "slow" }]).run();
  await new Promise(setImmediate);
  await close();
  await expect(running).resolves.toMatchObject({ status: "cancelled", workflows: { slow: { status: "cancelled" } } });
});

test("events of a workflow have its own run id", async () => {
  const { networkOf, clock, close } = await start();
  const seen: string[] = [];
  const network = networkOf([{ id: "slow", ref: "slow" }]);
  await clock.runUntil(
    network.run({ runId: "net", onEvent: ({ type, runId, path = "" }) => void seen.push(`${runId} ${type} ${path}`) }),
  );
  expect(seen).toEqual([
    "net network.started ",
    "net network.workflowStarted slow",
    "net.slow workflow.started ",
    "net.slow node.started s",
    "net.slow tool.called s",
    "net.slow tool.returned s",
    "net.slow node.completed s",
    "net.slow workflow.completed ",
    "net network.workflowCompleted slow",
    "net network.completed ",
  ]);
  await close();
});

test("cycles, unknown names and reading without `after` are reported before anything runs, with their places", async () => {
  const { networkOf, issuesOf, events, close } = await start();
  expect(
    issuesOf([
      { id: "a", ref: "etl", after: ["b"] },
      { id: "b", ref: "etl", after: ["c"] },
      { id: "c", ref: "etl", after: ["a"] },
    ]),
  ).toEqual([
    {
      code: "ICE_GRAPH_CYCLE",
      path: "/workflows/0",
      message: "these workflows wait for each other: a → c → b → a",
      fix: "remove one of the entries of `after`",
    },
  ]);
  expect(
    issuesOf([
      { id: "etl", ref: "etl", after: ["etl"] },
      {
        id: "b",
        ref: "etll",
        after: ["elt"],
        inputs: { x: ["{{ etl.output }}"], y: "{{ nodes.etl }}", z: "{{ zzz }}" },
      },
      { id: "etl", ref: "./x.yaml" },
      { id: "2x", ref: "train", inputs: { x: "{{ 1 + }}" } },
    ]),
  ).toEqual([
    { code: "ICE_DEPENDENCY_SELF", path: "/workflows/0/after/0", message: expect.any(String), fix: expect.any(String) },
    {
      code: "ICE_DEPENDENCY_UNKNOWN",
      path: "/workflows/1/after/0",
      message: 'workflow "b" is to run after "elt", which is not in this network',
      fix: 'did you mean "etl"?',
    },
    {
      code: "ICE_EXPRESSION_SCOPE",
      path: "/workflows/1/inputs/x/0",
      message: 'workflow "b" reads `etl`, but does not run after it',
      fix: "add etl to its `after`",
    },
    expect.objectContaining({ code: "ICE_EXPRESSION_SCOPE", path: "/workflows/1/inputs/y" }),
    expect.objectContaining({ code: "ICE_NODE_ID_DUPLICATE", path: "/workflows/2/id" }),
    expect.objectContaining({ code: "ICE_NODE_ID_INVALID", path: "/workflows/3/id" }),
    expect.objectContaining({ code: "ICE_WORKFLOW_UNKNOWN", path: "/workflows/1/ref", fix: 'did you mean "etl"?' }),
    expect.objectContaining({ code: "ICE_FILE_DENIED", path: "/workflows/2/ref" }),
    expect.objectContaining({ code: "ICE_EXPRESSION_INVALID", path: "/workflows/3/inputs/x" }),
  ]);
  await expect(networkOf([{ id: "a", ref: "etl", after: ["b"] }]).run()).rejects.toMatchObject({
    code: "ICE_BLUEPRINT_INVALID",
  });
  expect(events.events).toEqual([]);
  await close();
});

test("a manifest is strict, and its workflows are checked", async () => {
  const { factory, issuesOf, close } = await start({ workflows: [child("w", [echo("a", { x: "{{ zzz }}" })])] });
  expect(factory.create([]).issues()).toMatchObject([{ code: "ICE_BLUEPRINT_SCHEMA", path: "" }]);
  expect(factory.create({ schemaVersion: "ice/v1" }).issues()).toMatchObject([{ code: "ICE_SCHEMA_VERSION" }]);
  expect(factory.create({ name: "n", workflows: [] }, { base: "/n.yaml" }).issues()).toMatchObject([
    { code: "ICE_SCHEMA_VERSION" },
  ]);
  expect(issuesOf([{ id: "a", ref: "w", afer: [] }], { maxConcurency: 1 })).toMatchObject([
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/workflows/0/afer", fix: 'did you mean "after"?' },
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/maxConcurency", fix: 'did you mean "maxConcurrency"?' },
  ]);
  expect(issuesOf([{ id: "a", ref: "w" }])).toMatchObject([{ code: "ICE_EXPRESSION_SCOPE", path: "/workflows/0/ref" }]);
  const posing = child("posing", [{ id: "x", type: "network.workflow", ref: "w" } as never]);
  const other = await start({ workflows: [posing] });
  expect(other.issuesOf([{ id: "a", ref: "posing" }])).toMatchObject([{ code: "ICE_NODE_TYPE_UNKNOWN" }]);
  await other.close();
  await close();
});

test("two entries may use the same workflow, each with its own run", async () => {
  const { run, close } = await start();
  const result = await run([
    { id: "one", ref: "train", inputs: { rows: [1] } },
    { id: "two", ref: "train", inputs: { rows: [1, 2] } },
  ]);
  expect(result.workflows).toMatchObject({
    one: { runId: "net.one", output: { n: { n: 1 } } },
    two: { runId: "net.two", output: { n: { n: 2 } } },
  });
  await close();
});

test("run ids that exist or are too long are refused", async () => {
  const { run, networkOf, runs, runtime, close } = await start();
  await run([{ id: "a", ref: "etl" }]);
  await expect(run([{ id: "a", ref: "etl" }])).rejects.toMatchObject({ code: "ICE_RUN_EXISTS" });
  await expect(networkOf([{ id: "a".repeat(64), ref: "etl" }]).run({ runId: "r".repeat(64) })).rejects.toMatchObject({
    code: "ICE_USAGE",
  });
  await runtime
    .use(WorkflowFactory)
    .create(etl)
    .execute({ global: { region: "x" } }, { runId: "other.a" });
  const result = await networkOf([{ id: "a", ref: "etl" }]).run({ runId: "other" });
  expect(result).toMatchObject({
    status: "failed",
    workflows: { a: { status: "failed", error: { code: "ICE_RUN_EXISTS" } } },
  });
  expect(result.workflows["a"]).not.toHaveProperty("output");
  expect(await runs.show("other.a")).toMatchObject({ status: "completed", output: { region: "x" } });
  await close();
});

test("the runs of workflows are not networks, and another network does not continue this one", async () => {
  const { run, factory, networkOf, close } = await start();
  const workflows = [{ id: "ask", ref: "approval" }];
  await run(workflows);
  expect(await factory.has("net")).toBe(true);
  expect(await factory.has("net.ask")).toBe(false);
  await expect(factory.resume("net.ask")).rejects.toMatchObject({ code: "ICE_USAGE" });
  await expect(factory.show("zzz")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  await expect(networkOf([{ id: "ask", ref: "etl" }]).resume("net")).rejects.toMatchObject({
    code: "ICE_STORE_BLUEPRINT_CHANGED",
  });
  expect(await networkOf(workflows).resume("net")).toMatchObject({ status: "suspended" });
  await close();
});

test("a network of 100 workflows in a chain and in a fan runs to its end", async () => {
  const { run, factory, close } = await start();
  const workflows = Array.from({ length: 100 }, (_, at) => ({
    id: `w${at}`,
    ref: "train",
    ...(at === 0 || at > 50
      ? { inputs: { rows: [at] } }
      : { after: [`w${at - 1}`], inputs: { rows: [`{{ w${at - 1}.output.n.n }}`] } }),
  }));
  const result = await run(workflows);
  expect(result.status).toBe("completed");
  expect(Object.keys(result.workflows)).toHaveLength(100);
  for (const workflow of Object.values(result.workflows))
    expect(workflow).toMatchObject({ status: "completed", output: { n: { n: 1 } } });
  // The store in memory forgets old runs; the network still knows how they ended, and with what.
  const { workflows: shown } = await factory.show("net");
  for (const [id, { status, output }] of Object.entries(result.workflows))
    expect(shown[id]).toMatchObject({ status, output });
  await close();
});

test("whatever the network, no workflow starts before those it comes after have ended", async () => {
  const edges = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 });
  const { factory, clock, close } = await start();
  let runId = 0;
  await fc.assert(
    fc.asyncProperty(edges, fc.integer({ min: 1, max: 4 }), async (graph, maxConcurrency) => {
      const workflows = graph.map((before, at) => ({
        id: `w${at}`,
        ref: at % 5 === 4 ? "bad" : at % 2 === 0 ? "slow" : "etl",
        after: at === 0 ? [] : [...new Set(before.map((other) => `w${other % at}`))],
      }));
      const seen: { type: string; path: string | undefined }[] = [];
      runId += 1;
      const id = `p${runId}`;
      const network = factory.create({
        name: "p",
        global: { region: "eu" },
        maxConcurrency,
        workflows: workflows.toReversed(),
      });
      const result = await clock.runUntil(
        network.run({
          runId: id,
          onEvent: (event) => void (event.runId === id && seen.push({ type: event.type, path: event.path })),
        }),
      );
      for (const { id: own, after } of workflows) {
        const started = seen.findIndex(({ type, path }) => type === "network.workflowStarted" && path === own);
        const broken = after.some((other) => result.workflows[other]?.status !== "completed");
        expect(started === -1).toBe(broken);
        for (const other of after) {
          const ended = seen.findIndex(({ type, path }) => type === "network.workflowCompleted" && path === other);
          if (started !== -1) expect(ended).toBeLessThan(started);
        }
      }
    }),
    { seed: 11, numRuns: 40 },
  );
  await close();
});

test("a network is shown and resumed after one read of its run; its kind needs no read", async () => {
  const store = new MemoryRunStore();
  const reads: string[] = [];
  const read = store.read.bind(store);
  store.read = (runId) => {
    reads.push(runId);
    return read(runId);
  };
  const { run, factory, runs, close } = await start({ store });
  await run([{ id: "approval", ref: "approval" }]);
  expect(await runs.list()).toMatchObject([
    { runId: "net.approval", kind: "workflow", startedBy: { runId: "net", path: "approval" } },
    { runId: "net", kind: "network" },
  ]);
  reads.length = 0;
  expect([await factory.has("net"), await factory.has("net.approval")]).toEqual([true, false]);
  expect(reads).toEqual([]);
  await factory.show("net");
  expect(reads).toEqual(["net", "net.approval"]);
  await runs.cancel("net");
  reads.length = 0;
  await factory.resume("net");
  expect(reads).toEqual(["net", "net.approval"]);
  await close();
});

test("a run keeps its kind, even if another blueprint is forced", async () => {
  const { run, runs, runtime, close } = await start();
  await run([{ id: "approval", ref: "approval" }]);
  const workflow = new Workflow([ask], { name: "approval", runtime });
  await expect(runs.resume("net", { workflow, force: true })).rejects.toMatchObject({
    code: "ICE_USAGE",
    message: 'The run "net" belongs to a network, but the blueprint is of another kind.',
    fix: "resume it without a blueprint (its own is stored), or with one of a network",
  });
  await close();
});
