import {
  BlueprintLoader,
  FileAccess,
  ContextManager,
  createRuntime,
  defaultRuntime,
  defineTool,
  registerNode,
  ToolExecutionService,
  WorkflowExecutionService,
  WorkflowFactory,
  type PluginHost,
} from "@ice/core";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { named } from "./named-plugin.ts";
import { after, echo, runNodes, sleep } from "./run-nodes.ts";

test("the seed's minimal example runs on the default runtime", async () => {
  const { runtime, close } = await initializeOrchestrator();
  expect(runtime).toBe(defaultRuntime());
  const workflow = new Workflow([{ id: "hello", type: "tool", toolName: "echo", toolArgs: { msg: "hi" } }], {
    name: "demo",
    version: "0.1.0",
  });
  workflow.validate();
  expect((await workflow.execute()).output["hello"]).toEqual({ msg: "hi" });
  await close();
  await close();
});

const echoTool = defineTool({ name: "another", args: z.object({}), run: () => 1 }) as never;

test.each([Number.NaN, 0, -1, "5"])("limits that bound nothing are refused: %s", async (outputBytes) => {
  const limits = { outputBytes: outputBytes as number };
  await expect(initializeOrchestrator({ runtime: createRuntime(), limits })).rejects.toMatchObject({
    code: "ICE_USAGE",
    message: expect.stringContaining("outputBytes"),
  });
  const allow = { maxFileBytes: Number.NaN };
  await expect(initializeOrchestrator({ runtime: createRuntime(), allow })).rejects.toMatchObject({
    code: "ICE_USAGE",
    message: expect.stringContaining("maxFileBytes"),
  });
});

test.each([Number.NaN, 0, -1, Infinity, "5"])(
  "a time limit of plugins that bounds nothing is refused: %s",
  async (ms) => {
    const pluginTimeoutMs = ms as number;
    await expect(initializeOrchestrator({ runtime: createRuntime(), pluginTimeoutMs })).rejects.toMatchObject({
      code: "ICE_USAGE",
      message: expect.stringContaining("pluginTimeoutMs"),
      fix: expect.stringContaining("give it a number"),
    });
  },
);

test.each<[what: string, wrong: OrchestratorOptions, code: string]>([
  [
    "a plugin that throws",
    { plugins: [named("a", () => Promise.reject(new Error("no key"))) as never] },
    "ICE_PLUGIN_SETUP",
  ],
  ["a tool twice", { tools: [echoTool, echoTool] }, "ICE_PLUGIN_DUPLICATE"],
  ["an option that is gone", { sandbox: { allow: { files: ["."] } } as object }, "ICE_USAGE"],
  ["a store that is none", { store: "redis:x" }, "ICE_USAGE"],
])("after a start-up that failed, for %s, the same runtime starts", async (_what, wrong, code) => {
  const runtime = createRuntime();
  const own = defineTool({ name: "own", args: z.object({}), run: () => 1 }) as never;
  runtime.tools.register("own", own);
  await expect(
    initializeOrchestrator({ runtime, workflows: [{ name: "w", nodes: [] }], ...wrong }),
  ).rejects.toMatchObject({ code });
  expect(runtime.describe()).toMatchObject({
    services: [],
    nodes: [],
    tools: [{ name: "own" }],
    channels: [],
    workflows: [],
  });
  const { close } = await initializeOrchestrator({ runtime });
  const result = await new Workflow([echo("a", { v: 1 })], { name: "w", runtime }).execute();
  expect(result).toMatchObject({ status: "completed", output: { a: { v: 1 } } });
  await close();
});

test("a plugin whose set-up took too long registers nothing in a later start-up", async () => {
  const runtime = createRuntime();
  const gate = Promise.withResolvers<void>();
  let late: Promise<unknown> | undefined;
  const slow = {
    ...named("slow"),
    setup: (host: PluginHost) => (late = gate.promise.then(() => host.registerTool(echoTool))),
  } as never;
  await expect(initializeOrchestrator({ runtime, plugins: [slow], pluginTimeoutMs: 20 })).rejects.toMatchObject({
    code: "ICE_PLUGIN_SETUP",
  });
  gate.resolve();
  await expect(late).rejects.toMatchObject({ code: "ICE_RUNTIME_SEALED" });
  expect(runtime.tools.names()).toEqual([]);
});

test("start-up fills the registry, names who registered what, and seals it", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const { services, nodes, tools, sealed } = runtime.describe();
  expect(services.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["toolExecutionService", "workflowExecutionService", "workflowFactory", "contextManager"]),
  );
  expect(nodes).toHaveLength(16);
  expect(tools.map(({ name, by }) => `${name} ${by}`)).toEqual([
    "echo @ice/orchestrator",
    "sleep @ice/orchestrator",
    "fail @ice/orchestrator",
    "signal @ice/orchestrator",
  ]);
  expect(sealed).toBe(true);
  expect(() => registerNode("late", () => null, { runtime })).toThrowError(
    expect.objectContaining({ code: "ICE_RUNTIME_SEALED" }),
  );
  await close();
});

test("two starts on one runtime are refused, with a fix", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  await expect(initializeOrchestrator({ runtime })).rejects.toMatchObject({ code: "ICE_RUNTIME_STARTED" });
  await close();
});

test("a workflow before start-up is an error that says what is missing", () => {
  expect(() => new Workflow([echo("a")], { name: "w", runtime: createRuntime() }).validate()).toThrowError(
    expect.objectContaining({ code: "ICE_SERVICE_MISSING" }),
  );
});

test("a workflow without its fields, as JavaScript lets one write it, says what is missing", async () => {
  const runtime = createRuntime();
  const ice = await initializeOrchestrator({ runtime });
  const nameless = new (Workflow as unknown as new (nodes: unknown, fields: object) => Workflow)([echo("a")], {
    runtime,
  });
  await expect(nameless.execute()).rejects.toMatchObject({
    code: "ICE_BLUEPRINT_INVALID",
    message: 'Workflow "" is not valid: missing field `name`.',
    fix: "add `name`",
  });
  expect(() => new (Workflow as unknown as new (nodes: unknown) => Workflow)([echo("a")])).not.toThrow();
  await ice.close();
});

test("an invalid workflow throws all its issues", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const workflow = new Workflow([echo("a", {}, after("x")), echo("a")], { name: "w", runtime });
  expect(() => workflow.validate()).toThrowError(
    expect.objectContaining({ code: "ICE_BLUEPRINT_INVALID", details: { issues: workflow.issues() } }),
  );
  await expect(workflow.execute()).rejects.toMatchObject({ code: "ICE_BLUEPRINT_INVALID" });
  expect(workflow.issues().map(({ code }) => code)).toEqual(
    expect.arrayContaining(["ICE_NODE_ID_DUPLICATE", "ICE_DEPENDENCY_UNKNOWN"]),
  );
  await close();
});

test("a node of type llm is refused until its service is here", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const workflow = new Workflow([{ id: "a", type: "llm", model: "a/b", prompt: "?" }], { name: "w", runtime });
  expect(workflow.issues()).toMatchObject([{ code: "ICE_SERVICE_MISSING", nodeId: "a", path: "/nodes/0/type" }]);
  await expect(workflow.execute()).rejects.toMatchObject({ code: "ICE_BLUEPRINT_INVALID" });
  await close();
});

test("a failing close is reported after everything else was closed", async () => {
  const closed: string[] = [];
  const plugin = (name: string, close: () => void) =>
    ({
      name,
      apiVersion: 1,
      needs: [],
      setup: (host: { onClose(close: () => void): void }) => host.onClose(close),
    }) as never;
  const { close } = await initializeOrchestrator({
    runtime: createRuntime(),
    plugins: [
      plugin("a", () => void closed.push("a")),
      plugin("b", () => {
        throw new Error("stuck");
      }),
      plugin("c", () => void closed.push("c")),
    ],
  });
  await expect(close()).rejects.toThrowError(AggregateError);
  expect(closed).toEqual(["c", "a"]);
});

test("code without the engine creates, starts, lists and cancels runs through the registry", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const workflow = runtime
    .use(WorkflowFactory)
    .create({ name: "slow", nodes: [echo("a", { v: 1 }), sleep("s", 60_000, after("a"))] });
  const service = runtime.use(WorkflowExecutionService);
  const { runId, result, cancel } = service.start(workflow);
  const contexts = runtime.use(ContextManager);
  await expect.poll(() => contexts.contextOf(runId, "s")).toEqual({ a: { v: 1 } });
  expect(await service.list()).toMatchObject([{ runId, workflow: "slow", status: "running" }]);
  expect(contexts.contextOf(runId, "x.y")).toBeUndefined();
  expect(contexts.outputsOf(runId)).toEqual({ a: { v: 1 } });
  await expect(workflow.execute({}, { runId })).rejects.toMatchObject({ code: "ICE_RUN_EXISTS" });
  await service.cancel(runId, "enough");
  expect(await result).toMatchObject({ status: "cancelled", error: { message: "The run was cancelled: enough." } });
  cancel();
  await service.cancel(runId);
  expect(await service.show(runId)).toMatchObject({ status: "cancelled", nodes: { a: { status: "completed" } } });
  await expect(service.cancel("absent")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  const second = service.start(workflow, {}, { signal: AbortSignal.abort() });
  expect((await second.result).status).toBe("cancelled");
  await close();
});

test("closing the orchestrator cancels the runs in progress", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const running = new Workflow([sleep("s", 60_000)], { name: "w", runtime }).execute();
  await expect.poll(() => runtime.use(WorkflowExecutionService).list()).toHaveLength(1);
  await close();
  expect((await running).status).toBe("cancelled");
});

describe("a run that starts while the orchestrator closes", () => {
  const nodes = [sleep("a", 50_000)];

  const closedError = {
    code: "ICE_ORCHESTRATOR_CLOSED",
    message: "The orchestrator is closing or closed: no run starts or resumes.",
    fix: expect.stringContaining("wait for the runs before you call close()"),
  };

  /** Closes so many turns after a run was begun. */
  async function closeAfter(turns: number, store: string): Promise<string> {
    const runtime = createRuntime();
    const { close } = await initializeOrchestrator({ runtime, store });
    const running = new Workflow(nodes, { name: "w", runtime }).execute({}, { runId: "r" });
    const end = running.then(
      ({ status }) => status,
      ({ code }: { code: string }) => code,
    );
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await close();
    return end;
  }

  test("is cancelled in memory, at whatever moment, or says why it does not start", async () => {
    const ends = new Set<string>();
    for (let turns = 0; turns < 60; turns += 1) ends.add(await closeAfter(turns, "memory:"));
    expect([...ends].toSorted()).toEqual(["ICE_ORCHESTRATOR_CLOSED", "cancelled"]);
  });

  test("is left in a store that outlives the process, or says why it does not start", async () => {
    const ends = new Set<string>();
    for (let turns = 0; turns < 60; turns += 2) {
      const directory = mkdtempSync(join(tmpdir(), "ice-closing-"));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      ends.add(await closeAfter(turns, `sqlite:${join(directory, "ice.db")}`));
    }
    expect([...ends].toSorted()).toEqual(["ICE_ORCHESTRATOR_CLOSED", "interrupted"]);
  });

  test("nor does one after that, nor a resume", async () => {
    const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
    await close();
    await expect(new Workflow(nodes, { name: "w", runtime }).execute()).rejects.toMatchObject(closedError);
    await expect(runtime.use(WorkflowExecutionService).resume("r")).rejects.toMatchObject(closedError);
  });
});

test("alert channels are closed with the orchestrator, after its runs, and one that fails does not keep others open", async () => {
  const closed: string[] = [];
  const send = (): void => {};
  const { runtime, close } = await initializeOrchestrator({
    runtime: createRuntime(),
    channels: [
      { name: "broken", send, close: () => Promise.reject(new Error("stuck")) },
      { name: "ops", send, close: () => void closed.push("ops") },
      { name: "plain", send },
    ],
  });
  runtime.events.on("workflow.cancelled", () => void closed.push("run"));
  const running = new Workflow([sleep("a", 50_000)], { name: "w", runtime }).execute();
  await expect.poll(() => runtime.use(WorkflowExecutionService).list()).toHaveLength(1);
  await expect(close()).rejects.toThrow(/^The orchestrator did not close cleanly: closing .+ failed: .*stuck/);
  expect((await running).status).toBe("cancelled");
  expect(closed).toEqual(["run", "ops"]);
});

test("run ids are checked; the default ones sort by time", async () => {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const workflow = new Workflow([echo("a")], { name: "w", runtime });
  await expect(workflow.execute({}, { runId: "../x" })).rejects.toMatchObject({ code: "ICE_USAGE" });
  await expect(workflow.execute([] as never)).rejects.toMatchObject({ code: "ICE_INPUT_INVALID" });
  await expect(workflow.execute(null as never)).rejects.toMatchObject({
    message: 'The inputs of workflow "w" are not valid: the inputs must be an object, but are null.',
  });
  const first = (await workflow.execute()).runId;
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect((await workflow.execute()).runId > first).toBe(true);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await close();
});

test("a sub-workflow file comes through the loader that the composition root provides", async () => {
  const runtime = createRuntime();
  runtime.provide(BlueprintLoader, {
    locate: (ref) => ref,
    load: (ref, base) =>
      ref === "./child.yaml"
        ? {
            ok: true,
            base: `${base}/child`,
            data: { schemaVersion: "ice/v1", name: "child", nodes: [echo("x", { v: 1 })] },
          }
        : { ok: false, issues: [{ code: "ICE_WORKFLOW_UNKNOWN", severity: "error", path: "", message: `no ${ref}` }] },
  });
  const { close } = await initializeOrchestrator({ runtime });
  const factory = runtime.use(WorkflowFactory);
  const good = factory.create(
    { schemaVersion: "ice/v1", name: "w", nodes: [{ id: "s", type: "workflow", workflowRef: "./child.yaml" }] },
    { base: "/w.yaml" },
  );
  const bad = factory.create(
    { schemaVersion: "ice/v1", name: "w", nodes: [{ id: "s", type: "workflow", workflowRef: "./other.yaml" }] },
    { base: "/w.yaml" },
  );
  expect((await good.execute()).output["s"]).toEqual({ x: { v: 1 } });
  expect(bad.issues()).toMatchObject([{ code: "ICE_WORKFLOW_UNKNOWN", path: "/nodes/0/workflowRef", nodeId: "s" }]);
  await close();
});

test("files: the default without options, the directories of `allow`, and one FileAccess for all", async () => {
  const plain = await initializeOrchestrator({ runtime: createRuntime() });
  const files = plain.runtime.use(FileAccess);
  expect(await files.read("SECURITY.md")).toBeInstanceOf(Uint8Array);
  await expect(files.write("a.txt", "x")).rejects.toMatchObject({ code: "ICE_FILE_DENIED" });
  await plain.close();
  const narrow = await initializeOrchestrator({ runtime: createRuntime(), allow: { read: ["docs"] } });
  await expect(narrow.runtime.use(FileAccess).read("SECURITY.md")).rejects.toMatchObject({ code: "ICE_FILE_DENIED" });
  await narrow.close();
  const runtime = createRuntime();
  runtime.provide(FileAccess, files);
  await expect(initializeOrchestrator({ runtime, allow: { read: [] } })).rejects.toMatchObject({
    code: "ICE_SERVICE_DUPLICATE",
  });
  const old = { allow: { files: ["docs"] } } as object;
  await expect(initializeOrchestrator({ runtime: createRuntime(), sandbox: old })).rejects.toMatchObject({
    code: "ICE_USAGE",
    fix: expect.stringContaining("allow: { read:"),
  });
});

test("nodes can neither read nor write the blueprints of their run, nor its store", async () => {
  const protectedFiles: string[] = [];
  const files: FileAccess = {
    protect: (file, kind) => void protectedFiles.push(`${kind} ${file}`),
  } as Partial<FileAccess> as FileAccess;
  const runtime = createRuntime();
  runtime.provide(FileAccess, files);
  runtime.provide(BlueprintLoader, {
    locate: (ref) => ref,
    load: () => ({
      ok: true,
      base: "/child.ts#etl",
      data: { name: "child", schemaVersion: "ice/v1", nodes: [echo("x")] },
    }),
  });
  const { close } = await initializeOrchestrator({ runtime, store: "sqlite:/nowhere/runs.db" });
  const nodes = [{ id: "s", type: "workflow", workflowRef: "./child.ts#etl" }];
  runtime.use(WorkflowFactory).create({ schemaVersion: "ice/v1", name: "w", nodes }, { base: "/w.yaml" }).validate();
  expect(protectedFiles).toEqual(["store /nowhere/runs.db", "blueprint /w.yaml", "blueprint /child.ts"]);
  await close();
});

test("tools check arguments and results", async () => {
  const runtime = createRuntime();
  const liar = defineTool({
    name: "liar",
    args: z.strictObject({ n: z.number() }),
    output: z.object({ n: z.number() }),
    run: () => ({ n: "x" }) as never,
  });
  const { close } = await initializeOrchestrator({ runtime, tools: [liar as never] });
  const service = runtime.use(ToolExecutionService);
  await expect(service.execute("liar", { n: "x" })).rejects.toMatchObject({
    code: "ICE_TOOL_ARGS",
    message: 'The arguments of the tool "liar" are not valid: `n` must be a number, but is the string "x".',
    details: { issues: [{ path: ["n"], message: '`n` must be a number, but is the string "x"' }] },
  });
  await expect(service.execute("liar", { nn: 1 })).rejects.toMatchObject({ fix: 'did you mean "n"?' });
  await expect(service.execute("liar", {})).rejects.toMatchObject({
    message: 'The arguments of the tool "liar" are not valid: missing field `n`.',
  });
  await expect(service.execute("liar", { n: 1 })).rejects.toMatchObject({
    code: "ICE_OUTPUT_INVALID",
    message: 'The tool "liar" returned something other than it declares: `n` must be a number, but is the string "x".',
  });
  await expect(service.execute("lair", {})).rejects.toMatchObject({
    code: "ICE_TOOL_UNKNOWN",
    fix: 'did you mean "liar"?',
  });
  expect(await service.execute("echo", { a: 1 })).toEqual({ a: 1 });
  await expect(service.execute("sleep", { ms: 5 }, { signal: AbortSignal.abort() })).rejects.toThrow();
  await close();
});

test("an executor may emit its own events and progress, but not the engine's", async () => {
  const before = {
    before: (runtime: ReturnType<typeof createRuntime>) =>
      registerNode(
        "emits",
        ({ emit, config }) => {
          emit(config["name_"] as string, { n: 1 });
          return null;
        },
        { runtime },
      ),
  };
  const node = (id: string, name: string) => ({ id, type: "emits", name_: name }) as never;
  const { nodes, test } = await runNodes(
    [node("a", "acme.thingDone"), node("b", "node.progressed"), node("c", "node.completed"), node("d", "bad name")],
    { before },
  );
  expect([nodes["a"]!.status, nodes["b"]!.status]).toEqual(["completed", "completed"]);
  expect([nodes["c"]!.error!.code, nodes["d"]!.error!.code]).toEqual(["ICE_EVENT_NAME", "ICE_EVENT_NAME"]);
  expect(test.events.of("acme.thingDone")).toMatchObject([{ path: "a", nodeType: "emits", data: { n: 1 } }]);
});
