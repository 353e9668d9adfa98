import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineAgent, defineTool, LanguageModelService, WorkflowExecutionService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

/** Processes, one after the other, on one store. */
function processes() {
  const folder = mkdtempSync(join(tmpdir(), "ice-models-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const sent: { readonly key: string; readonly attempt: number }[] = [];
  const send = defineTool({
    name: "send",
    args: z.object({ n: z.int() }),
    sideEffects: "external",
    run: ({ n }, { idempotencyKey, attempt }) => {
      sent.push({ key: idempotencyKey, attempt });
      return { n };
    },
  });
  const writer = defineAgent({
    name: "writer",
    tools: ["send"],
    async run({ callTool, generate }) {
      const { text } = await generate({ model: "p/m", prompt: "write" }, { key: "draft" });
      await callTool("send", { n: 7 }, { key: "send" });
      const { text: end } = await generate({ model: "p/m", prompt: `end ${text}` }, { key: "end" });
      return `${text} ${end}`;
    },
  });
  const start = async (replies: readonly Reply[]) => {
    const models = scriptedModels(replies);
    const ice = await createTestRuntime(
      initializeOrchestrator,
      { store: `sqlite:${join(folder, "ice.db")}`, tools: [send], agents: [writer] },
      { before: (runtime) => runtime.provide(LanguageModelService, models) },
    );
    return { ...ice, models };
  };
  return { start, sent };
}

/** Never answers; says when it was asked. */
function hanging(): { readonly reply: Reply; readonly asked: Promise<void> } {
  let report!: () => void;
  const asked = new Promise<void>((resolve) => {
    report = resolve;
  });
  return {
    asked,
    reply: (_request, { signal }) => {
      report();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    },
  };
}

const agent = (more: object): NodeInput => ({ id: "a", type: "agent", input: "go", ...more }) as never;

test.each([
  ["an agent on a model", agent({ model: "p/m", tools: ["send"] }), { toolCalls: [call("send", { n: 7 })] }, "done"],
  ["a function that names its calls", agent({ package: "writer" }), { text: "A" }, "A done"],
])(
  "%s continues after a crash: no answer is paid twice, no finished tool runs twice",
  async (_name, node, first, text) => {
    const { start, sent } = processes();
    const hang = hanging();
    const one = await start([first, hang.reply]);
    const running = new Workflow([node], { name: "w", runtime: one.runtime }).execute({}, { runId: "r" });
    await hang.asked;
    await one.close();
    await expect(running).resolves.toMatchObject({ status: "interrupted" });
    const two = await start([{ text: "done" }]);
    const result = await two.runtime.use(WorkflowExecutionService).resume("r");
    expect(result).toMatchObject({ status: "completed", output: { a: { text } } });
    expect(result.usage).toMatchObject({ llmCalls: 2, toolCalls: 1, totalTokens: 30 });
    expect(two.models.asked).toHaveLength(1);
    expect(sent).toHaveLength(1);
    await two.close();
  },
);

test("each tool call has its own key", async () => {
  const { start, sent } = processes();
  const ice = await start([
    { toolCalls: [call("send", { n: 1 }, "x"), call("send", { n: 2 }, "y")] },
    { toolCalls: [call("send", { n: 1 }, "z")] },
    { text: "done" },
  ]);
  await new Workflow([agent({ model: "p/m", tools: ["send"] })], { name: "w", runtime: ice.runtime }).execute();
  expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  await ice.close();
});
