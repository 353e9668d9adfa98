import { defineAgent, defineTool, LanguageModelService, type Json } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { scriptedModels } from "./scripted-models.ts";

/** Names that a function may choose, among them those under which the engine records what it does itself. */
const names = ["h", "a", "m1", "t1.0", "1", "2", "x"];

test("the keys of a function's calls are apart from those of its requests, and from the engine's own", async () => {
  const effects: string[] = [];
  const send = defineTool({
    name: "send",
    args: z.object({ text: z.string() }),
    sideEffects: "external",
    run: ({ text }, { idempotencyKey }) => {
      effects.push(idempotencyKey);
      return { text };
    },
  });
  const writer = defineAgent({
    name: "writer",
    tools: ["send"],
    async run({ history, callTool, generate }) {
      const unnamed = [await callTool("send", { text: "first" }), await callTool("send", { text: "second" })];
      const called: Record<string, Json> = {};
      const asked: Record<string, Json> = {};
      for (const key of names) {
        called[key] = await callTool("send", { text: key }, { key });
        asked[key] = (await generate({ model: "p/m", prompt: key }, { key })).text;
      }
      return { turns: history.length, unnamed, called, asked };
    },
  });
  const echo = scriptedModels(
    Array.from({ length: 2 * names.length }, () => async ({ messages }) => ({ text: JSON.stringify(messages) })),
  );
  const ice = await createTestRuntime(
    initializeOrchestrator,
    { tools: [send], agents: [writer] },
    { before: (runtime) => runtime.provide(LanguageModelService, echo) },
  );
  const node = {
    id: "w",
    type: "agent",
    package: "writer",
    memory: { scope: "store", thread: "t" },
    maxIterations: 99,
  };
  const run = () => new Workflow([node as never], { name: "w", runtime: ice.runtime }).execute();
  for (const turns of [0, 1]) {
    const { output } = await run();
    expect(output).toMatchObject({
      w: {
        output: {
          turns,
          unnamed: [{ text: "first" }, { text: "second" }],
          called: Object.fromEntries(names.map((key) => [key, { text: key }])),
          asked: Object.fromEntries(names.map((key) => [key, expect.stringContaining(`"text":"${key}"`)])),
        },
      },
    });
  }
  expect(new Set(effects).size).toBe(2 * (names.length + 2));
  await ice.close();
});
