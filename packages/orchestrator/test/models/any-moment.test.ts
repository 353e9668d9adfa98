import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTool, LanguageModelService, RunStore, type NodeInput } from "@ice/core";
import { createTestRuntime, seededRandom } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an agent that is cancelled in any turn does nothing more, and keeps at most one turn of its conversation", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-moment-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const statuses = new Set<string>();
  let isOver = false;
  const late: string[] = [];
  const send = defineTool({
    name: "send",
    args: z.object({ n: z.int() }),
    async run({ n }) {
      if (isOver) late.push("call");
      await turn();
      return n;
    },
  });
  const answers =
    (reply: Reply): Reply =>
    async () => {
      if (isOver) late.push("request");
      await turn();
      return reply;
    };
  for (let turns = 0; turns < 60 && !statuses.has("completed"); turns += 1) {
    isOver = false;
    const calls = [1, 2].map((n) => call("send", { n }, `c${n}`));
    const models = scriptedModels([
      answers({ toolCalls: calls }),
      answers({ toolCalls: calls }),
      answers({ text: "done" }),
    ]);
    const ice = await createTestRuntime(
      initializeOrchestrator,
      { store: `sqlite:${join(folder, `${turns}.db`)}`, tools: [send as never] },
      { before: (runtime) => runtime.provide(LanguageModelService, models) },
    );
    const memory = { scope: "store", thread: "t" };
    const node = { id: "a", type: "agent", model: "p/m", tools: ["send"], input: "go", memory } as NodeInput;
    const settings = { budget: { totalTokens: 100_000 } };
    const cancel = new AbortController();
    const running = new Workflow([node], { name: "w", runtime: ice.runtime, settings } as never).execute(
      {},
      { signal: cancel.signal },
    );
    for (let n = 0; n < turns; n += 1) await turn();
    cancel.abort();
    const { status } = await running;
    isOver = true;
    statuses.add(status);
    for (let n = 0; n < 20; n += 1) await turn();
    expect(late).toEqual([]);
    const kept = await ice.runtime.use(RunStore).conversations.read("t", 9);
    expect(kept.length).toBeLessThanOrEqual(1);
    if (status === "completed") expect(kept).toHaveLength(1);
    await ice.close();
  }
  expect(statuses).toEqual(new Set(["cancelled", "completed"]));
});

test("budgets are whole after requests that fail, break off, are cancelled or time out in any moment", async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const random = seededRandom(seed);
    const upTo = (most: number): number => Math.floor(random() * most) + 1;
    const most = 4000;
    let inFlight = 0;
    const models = scriptedModels([]);
    const service: LanguageModelService = {
      ...models,
      generate: ({ maxTokens = 0, messages }, { signal, onText }) =>
        new Promise((resolve, reject) => {
          if (JSON.stringify(messages).includes("last"))
            return resolve({ text: "", toolCalls: [], finishReason: "stop", usage: {}, warnings: [] });
          inFlight += maxTokens;
          expect(inFlight).toBeLessThanOrEqual(most);
          const end = (finish: () => void): void => {
            clearTimer();
            inFlight -= maxTokens;
            finish();
          };
          const [used, kind] = [Math.min(upTo(50), maxTokens), upTo(4)];
          const clearTimer = clock.setTimer(upTo(300), () => {
            if (kind > 2) onText?.("x".repeat(4 * used));
            end(() =>
              kind % 2 === 0
                ? reject(new Error("broken"))
                : resolve({
                    text: "",
                    toolCalls: [],
                    finishReason: "stop",
                    usage: { inputTokens: 1, outputTokens: used },
                    warnings: [],
                  }),
            );
          });
          signal.addEventListener("abort", () => end(() => reject(signal.reason as Error)), { once: true });
        }),
    };
    const { runtime, clock, close } = await createTestRuntime(
      initializeOrchestrator,
      {},
      { before: (on) => on.provide(LanguageModelService, service) },
    );
    const llm = (id: string) => ({
      id,
      type: "llm",
      model: "p/m",
      prompt: id,
      maxTokens: upTo(3500),
      onError: "skip",
      ...(random() < 0.5 && { timeoutSeconds: upTo(300) / 1000 }),
      ...(random() < 0.3 && { retryPolicy: { maxAttempts: 2, backoffSeconds: 0.01 } }),
    });
    const groups = Array.from({ length: 3 }, (_, group) => ({
      id: `g${group}`,
      type: "parallel",
      branches: Array.from({ length: 4 }, (_, at) => [llm(`n${at}`)]),
      onError: "skip",
      ...(random() < 0.5 ? { settle: "first" } : { timeoutSeconds: upTo(400) / 1000 }),
    }));
    const nodes = [
      ...groups,
      { id: "wait", type: "tool", toolName: "sleep", toolArgs: { ms: 60_000 } },
      { id: "end", type: "llm", model: "p/m", prompt: "last", maxTokens: 1_000_000, dependencies: ["wait"] },
    ];
    const workflow = new Workflow(
      nodes as unknown as readonly NodeInput[],
      {
        name: "w",
        runtime,
        settings: { budget: { totalTokens: most }, maxConcurrency: 64 },
      } as never,
    );
    const result = await clock.runUntil(workflow.execute());
    // All others have ended, so the last request gets everything that is left.
    expect(result.status, `seed ${seed}`).toBe("completed");
    expect(result.usage.totalTokens, `seed ${seed}`).toBeLessThanOrEqual(most);
    await close();
  }
});
