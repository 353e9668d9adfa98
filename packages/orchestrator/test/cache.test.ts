import {
  defineNode,
  defineTool,
  LanguageModelService,
  RunStore,
  registerNode,
  type NodeInput,
  type OutcomeCache,
  type Runtime,
} from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { child, loop, named, node, scope } from "./language-nodes.ts";
import { scriptedModels } from "./models/scripted-models.ts";
import { echo, fail, sleep } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const cache = { cache: { ttlSeconds: 60 } };
/** An engine with a tool that counts its calls, in runs with ids of their own. */
async function counting(more: Parameters<typeof startEngine>[0] = {}, before: (runtime: Runtime) => void = () => {}) {
  const calls: unknown[] = [];
  const tool = defineTool({
    name: "count",
    args: z.object({ v: z.json().default(null) }),
    sideEffects: "external",
    run: ({ v }) => ({ n: calls.push(v), v }),
  });
  const engine = await startEngine({ ...more, tools: [tool as never] }, { before });
  let runs = 0;
  const run = (nodes: readonly NodeInput[], options: object = {}, rest: object = {}) =>
    engine.execute(nodes, { runId: `r${(runs += 1)}`, ...options }, rest);
  return { ...engine, calls, run };
}
const count = (id: string, v: unknown, more: object = {}): NodeInput =>
  node(id, "tool", { toolName: "count", toolArgs: { v }, ...cache, ...more });

describe("a node with a cache", () => {
  test("takes the output of an earlier run without an attempt, a slot or budget", async () => {
    const { run, calls, events } = await counting();
    const first = await run([count("a", 1)]);
    expect(first.nodes["a"]).not.toHaveProperty("cached");
    events.clear();
    const nodes = [count("a", 1), sleep("s", 100), echo("z", { n: "{{ a.n }}" })];
    const second = await run(nodes, { maxConcurrency: 1 }, { settings: { budget: { nodes: 2, toolCalls: 2 } } });
    expect(second).toMatchObject({
      status: "completed",
      output: { a: { v: 1, n: 1 }, z: { n: 1 } },
      usage: { toolCalls: 2 },
    });
    expect(second.nodes["a"]).toMatchObject({ status: "completed", cached: true, attempts: 0, durationMs: 0 });
    expect(events.lines()).not.toContain("node.started a");
    expect(calls).toEqual([1]);
  });

  test("comes after `when`", async () => {
    const { run } = await counting();
    await run([count("a", 1, { when: "true" })]);
    expect((await run([count("a", 1, { when: "false" })])).nodes["a"]).toMatchObject({ status: "skipped" });
  });

  test.each([
    ["another id", count("b", 1), {}, {}],
    ["other evaluated fields", count("a", 2), {}, {}],
    ["another field that is written", count("a", 1, { description: "new" }), {}, {}],
    ["another name of the workflow", count("a", 1), {}, { name: "other" }],
    ["another tenant", count("a", 1), { tenant: "acme" }, {}],
    ["a run without cache", count("a", 1), { cache: false }, {}],
  ])("runs with %s", async (_name, changed, options, rest) => {
    const { run, calls } = await counting();
    await run([count("a", 1)]);
    expect((await run([changed], options, rest)).nodes[changed.id]).toMatchObject({ attempts: 1 });
    expect(calls).toHaveLength(2);
    await run([count("a", 1)]);
    expect(calls).toHaveLength(2);
  });

  test("runs again once its time has passed", async () => {
    const { run, calls, clock } = await counting();
    await run([count("a", 1)]);
    await clock.advance(59_999);
    await run([count("a", 1)]);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    await run([count("a", 1)]);
    expect(calls).toHaveLength(2);
  });

  test("with a `key` is identified by that instead of its fields, at any path", async () => {
    const { run, calls } = await counting();
    const keyed = { cache: { ttlSeconds: 60, key: { of: "{{ item % 2 }}" } } };
    const { output } = await run([
      loop("l", "[1, 2, 3, 4]", [count("a", "{{ item }}", keyed)], { itemOutput: "{{ a.v }}" }),
    ]);
    expect([output["l"], calls]).toEqual([
      [1, 2, 1, 2],
      [1, 2],
    ]);
    const elsewhere = loop("m", "[5]", [scope("s", [count("a", "{{ item }}", keyed)])]);
    expect((await run([elsewhere])).nodes["m[0].s.a"]).toMatchObject({ cached: true, output: { v: 1 } });
  });

  test("runs if its sub-workflow has changed", async () => {
    const store = new MemoryRunStore();
    const engineWith = (v: number) => counting({ store, workflows: [named("w", [echo("a", { v })])] });
    const [first, second] = [await engineWith(1), await engineWith(2)];
    const nodes = [child("s", "w", cache)];
    await first.run(nodes, { runId: "a" });
    const again = await first.run(nodes, { runId: "b" });
    expect(again.nodes).toEqual({ s: expect.objectContaining({ cached: true, output: { a: { v: 1 } } }) });
    const changed = await second.run(nodes, { runId: "c" });
    expect(changed.nodes["s"]).toMatchObject({ attempts: 1, output: { a: { v: 2 } } });
  });
});

test("a model is not asked again: neither by a node nor by an agent", async () => {
  const models = scriptedModels([{ text: "one" }, { text: "two" }]);
  const before = (runtime: Runtime): void => {
    runtime.provide(LanguageModelService, models);
  };
  const { run } = await counting({ agents: [{ name: "ann", model: "m/x", system: "I am ann." }] }, before);
  const nodes = [
    node("l", "llm", { model: "m/x", prompt: "?", ...cache }),
    node("a", "agent", { package: "ann", input: "{{ l.text }}", ...cache }),
  ];
  const first = await run(nodes);
  const second = await run(nodes, {}, { settings: { budget: { llmCalls: 0 } } });
  expect([second.output, models.asked.length, second.usage.totalTokens]).toEqual([first.output, 2, 0]);
  expect(second.nodes).toMatchObject({ l: { cached: true }, a: { cached: true } });
});

describe("what is kept", () => {
  test.each<[string, NodeInput]>([
    ["a failure", count("a", 1, { outputSchema: { type: "string" } })],
    ["a fallback", fail("a", {}, { ...cache, onError: { output: 1 } })],
    ["a skip", fail("a", {}, { ...cache, onError: "skip" })],
  ])("is never %s", async (_name, given) => {
    const { run } = await counting();
    await run([given]);
    expect((await run([given])).nodes["a"]).toMatchObject({ attempts: 1 });
  });

  test("is checked as if it were fresh: what does not fit, or is too long, is not taken", async () => {
    const wanted = { is: "number" };
    const measured = defineNode({
      type: "measured",
      config: z.object({}),
      output: z.object({ v: z.unknown().refine((v) => typeof v === wanted.is) }),
    });
    const { run } = await counting({}, (runtime) =>
      registerNode(measured, () => ({ v: wanted.is === "number" ? 1 : "one" }), { runtime }),
    );
    const nodes = [node("a", "measured", cache)];
    await run(nodes);
    expect((await run(nodes)).nodes["a"]).toMatchObject({ cached: true });
    wanted.is = "string";
    expect((await run(nodes)).nodes["a"]).toMatchObject({ attempts: 1, output: { v: "one" } });
    expect((await run(nodes)).nodes["a"]).toMatchObject({ cached: true, output: { v: "one" } });
  });

  test.each<[string, Partial<OutcomeCache>]>([
    ["be read", { get: () => Promise.reject(new Error("broken")) }],
    ["be written", { set: () => Promise.reject(new Error("broken")) }],
  ])("in a cache that cannot %s is not there, and nothing fails", async (_name, broken) => {
    const { run, calls, runtime } = await counting();
    Object.assign(runtime.use(RunStore).cache, broken);
    for (const _ of [1, 2]) expect(await run([count("a", 1)])).toMatchObject({ status: "completed" });
    expect(calls).toHaveLength(2);
  });

  test("is no output that is longer than the owner allows", async () => {
    const { run, calls } = await counting({ limits: { cacheEntryBytes: 100 } });
    for (const v of ["x".repeat(70), "y".repeat(200), ["z"].concat(Array(300).fill(1))])
      for (const _ of [1, 2]) await run([count("a", v)]);
    expect(calls.map((v) => String(v).slice(0, 1))).toEqual(["x", "y", "y", "z", "z"]);
  });

  test("has a key that can be evaluated: otherwise the node fails, and does not run", async () => {
    const { run, calls } = await counting();
    const broken = { cache: { ttlSeconds: 60, key: "{{ inputs.missing.x }}" } };
    const { nodes, status } = await run([count("a", 1, broken)]);
    expect([status, nodes["a"]]).toMatchObject(["failed", { attempts: 1, error: { code: "ICE_EXPRESSION_FAILED" } }]);
    const handled = await run([count("a", 1, { ...broken, onError: { output: 7 } })]);
    expect(handled).toMatchObject({ status: "completed", output: { a: 7 } });
    expect(calls).toEqual([]);
    expect(await run([count("a", 1, broken)], { cache: false })).toMatchObject({ status: "completed" });
  });

  test("are at most as many outputs as the owner allows: those that expire first are dropped", async () => {
    const { run, calls } = await counting({ limits: { cacheEntries: 2 } });
    const lasting = (v: number, ttlSeconds: number) => count(`a${v}`, v, { cache: { ttlSeconds } });
    const nodes = [lasting(1, 50), lasting(2, 10), lasting(3, 90)];
    for (const one of nodes) await run([one]);
    for (const one of [nodes[0]!, nodes[2]!, nodes[1]!]) await run([one]);
    expect(calls).toEqual([1, 2, 3, 2]);
  });
});

test("of two executions at the same time both run", async () => {
  const { run, calls } = await counting();
  await run([loop("l", "[1, 1]", [count("a", 1)], { parallel: true })]);
  expect(calls).toHaveLength(2);
});
