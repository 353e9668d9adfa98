import { LanguageModelService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { scriptedModels, type Reply } from "./scripted-models.ts";

const agents = ["ann", "ben", "cleo"].map((name) => ({ name, model: "p/m", system: `I am ${name}.` }));

async function run(replies: readonly Reply[], coordinationStrategy: string, more: object = {}) {
  const models = scriptedModels(replies);
  const { runtime, close } = await createTestRuntime(
    initializeOrchestrator,
    { agents },
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  onTestFinished(close);
  const members = agents.map(({ name }) => ({ package: name, role: name }));
  const node = { id: "s", type: "swarm", agents: members, task: "name it", coordinationStrategy, ...more };
  const result = await new Workflow([node as unknown as NodeInput], { name: "w", runtime }).execute();
  return { models, result };
}

test("members with models propose as text and vote with a checked object", async () => {
  const votes = ["ben", "ben", "ann"].map((vote) => ({ text: JSON.stringify({ vote }) }));
  const { models, result } = await run([{ text: "A" }, { text: "B" }, { text: "C" }, ...votes], "consensus", {
    consensusThreshold: 0.6,
  });
  expect(result).toMatchObject({ output: { s: { result: "B", rounds: 1, converged: true } }, usage: { llmCalls: 6 } });
  const [propose, , , vote] = models.asked;
  expect(propose).toMatchObject({ jsonSchema: undefined, messages: [{ role: "user" }] });
  expect(propose!.system).toMatch(/^I am ann\.\n\nYour role is ann\.\n\nPropose/);
  expect(JSON.parse((propose!.messages[0] as { text: string }).text)).toEqual({
    role: "ann",
    phase: "propose",
    round: 1,
    task: "name it",
    previous: [],
  });
  expect(vote!.jsonSchema).toMatchObject({ properties: { vote: { enum: ["ann", "ben", "cleo"] } } });
});

test("a leader plans, the others work, and the best bid executes", async () => {
  const plan = JSON.stringify({ assignments: { ben: "b", cleo: "c" } });
  const led = await run([{ text: plan }, { text: "B" }, { text: "C" }, { text: "BC" }], "hierarchical");
  expect(led.result.output["s"]).toMatchObject({ result: "BC" });
  const bids = [1, 3, 2].map((bid) => ({ text: JSON.stringify({ bid }) }));
  const sold = await run([...bids, { text: "done" }], "marketplace");
  expect(sold.result.output["s"]).toMatchObject({ result: "done" });
  expect(sold.models.asked.at(-1)!.system).toContain("I am ben.");
});

test("a vote for no one fails the node", async () => {
  const { result } = await run(
    [{ text: "A" }, { text: "B" }, { text: "C" }, ...[1, 2, 3].map(() => ({ text: '{"vote":"dan"}' }))],
    "consensus",
  );
  expect(result).toMatchObject({ status: "failed", error: { code: "ICE_MODEL_OBJECT_INVALID", path: "s" } });
});
