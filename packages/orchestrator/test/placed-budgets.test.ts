import { type RunStore, type JournalRecord, type NodeInput, type PlacedOutcome } from "@ice/core";
import { describe, expect, test } from "vitest";
import { call, scriptedModels, type Reply } from "./models/scripted-models.ts";
import { onGpu, twoProcesses, where } from "./two-processes.ts";

const ask = (id: string, more: object = {}): NodeInput =>
  ({ id, type: "llm", model: "p/m", prompt: "hello", maxTokens: 20, ...more }) as NodeInput;
const agent = (id: string, more: object = {}): NodeInput =>
  ({ id, type: "agent", model: "p/m", tools: ["where"], input: "go", ...onGpu, ...more }) as NodeInput;
const hangs = (): Promise<Reply> => new Promise(() => {});
const toolCall = (n: number): Reply => ({ toolCalls: [call("where", { with: n }, `c${n}`)] });

/** What the records of a run say that it has used. */
async function recorded(store: RunStore, runId = "r") {
  const { records } = await store.read(runId);
  const of = (record: JournalRecord) => ("usage" in record && record.kind !== "ended" ? (record.usage ?? {}) : {});
  const sum = (what: "llmCalls" | "toolCalls" | "totalTokens") =>
    records.reduce((total, record) => total + (of(record)[what] ?? 0), 0);
  const steps = records.flatMap((record) => (record.kind === "step" ? [record.key] : []));
  return { llmCalls: sum("llmCalls"), toolCalls: sum("toolCalls"), totalTokens: sum("totalTokens"), steps };
}

describe("the budget of a run", () => {
  test("gives a placed node what is left of it, as far as its type uses it", async () => {
    const models = scriptedModels([{}, {}]);
    const { run, jobs, store } = await twoProcesses(undefined, { models });
    const budget = { llmCalls: 5, totalTokens: 1000, toolCalls: 9, nodes: 9 };
    const { usage } = await run(
      [ask("a"), ask("b", { ...onGpu, dependencies: ["a"] }), where("t", {}, { ...onGpu, dependencies: ["b"] })],
      {},
      { budget },
    );
    expect(jobs.map(({ allowance }) => allowance)).toEqual([{ llmCalls: 4, totalTokens: 985 }, { toolCalls: 1 }]);
    expect(usage).toMatchObject({ llmCalls: 2, totalTokens: 30, toolCalls: 1 });
    expect(await recorded(store)).toMatchObject({ llmCalls: 2, totalTokens: 30, toolCalls: 1 });
  });

  test("refuses on the worker what it would refuse here, and stops the run", async () => {
    const models = scriptedModels([toolCall(1), toolCall(2), toolCall(3)]);
    const { run, gpu } = await twoProcesses(undefined, { models });
    const events: unknown[] = [];
    const result = await run(
      [agent("a", { onError: "skip" })],
      {
        onEvent: ({ type, data }: { type: string; data: unknown }) => type === "budget.exceeded" && events.push(data),
      },
      { budget: { toolCalls: 2 } },
    );
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "ICE_BUDGET_EXCEEDED", path: "a", message: "The budget of 2 toolCalls is used up." },
      usage: { toolCalls: 2, llmCalls: 3 },
    });
    expect(gpu.calls).toHaveLength(2);
    expect(events).toEqual([{ budget: "toolCalls", limit: 2, used: 2 }]);
  });

  test("is never exceeded by nodes here and there at the same time, and refuses none too early", async () => {
    const replies = Array.from({ length: 12 }, () => async (): Promise<Reply> => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return {};
    });
    const models = scriptedModels(replies);
    const { run } = await twoProcesses(undefined, { models });
    const nodes = Array.from({ length: 12 }, (_, at) => ask(`n${at}`, at % 2 === 0 ? onGpu : {}));
    const result = await run(nodes, {}, { budget: { llmCalls: 12, totalTokens: 12 * 15 + 30 } });
    expect(result).toMatchObject({ status: "completed", usage: { llmCalls: 12, totalTokens: 180 } });
  });

  test("lets calls of tools here wait for what a worker may use, and placed calls run side by side", async () => {
    const { run, jobs } = await twoProcesses();
    const nodes = Array.from({ length: 6 }, (_, at) => where(`n${at}`, {}, at < 4 ? onGpu : {}));
    expect(await run(nodes, {}, { budget: { toolCalls: 6 } })).toMatchObject({ status: "completed" });
    expect(jobs.map(({ allowance }) => allowance)).toEqual(Array.from({ length: 4 }, () => ({ toolCalls: 1 })));
    const tooMany = await run(
      [...nodes, where("z", {}, { dependencies: ["n0"] })],
      { runId: "t" },
      { budget: { toolCalls: 6 } },
    );
    expect(tooMany).toMatchObject({ error: { code: "ICE_BUDGET_EXCEEDED", path: "z" }, usage: { toolCalls: 6 } });
  });
});

describe("an agent whose worker is lost", () => {
  const untilSteps = async (steps: readonly unknown[], count: number): Promise<PlacedOutcome> => {
    await expect.poll(() => steps.length).toBe(count);
    return { lost: true };
  };

  test("asks for no answer again and calls no tool again, and everything is counted once", async () => {
    const models = scriptedModels([toolCall(1), hangs, toolCall(2), { text: "done" }]);
    const { run, jobs, gpu, store } = await twoProcesses(
      (job, execute, steps) => {
        const outcome = execute();
        return job.attempt === 1 ? untilSteps(steps, 2) : outcome;
      },
      { models },
    );
    const result = await run([agent("a")], {}, { budget: { llmCalls: 10, toolCalls: 10 } });
    expect(result).toMatchObject({
      status: "completed",
      nodes: { a: { attempts: 2, output: { text: "done", steps: 3 } } },
      usage: { llmCalls: 3, toolCalls: 2, totalTokens: 45 },
    });
    expect(models.asked).toHaveLength(4);
    expect(gpu.calls).toHaveLength(2);
    expect(jobs.map(({ steps = [] }) => steps.map(({ key }) => key))).toEqual([[], ["m1", "t1.0"]]);
    expect(jobs.map(({ allowance }) => allowance)).toEqual([
      { llmCalls: 10, toolCalls: 10 },
      { llmCalls: 9, toolCalls: 9 },
    ]);
    expect(await recorded(store)).toEqual({
      llmCalls: 3,
      toolCalls: 2,
      totalTokens: 45,
      steps: ["m1", "t1.0", "m2", "t2.0", "m3"],
    });
  });
});
