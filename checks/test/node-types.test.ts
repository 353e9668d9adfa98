import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "@ice/builder";
import {
  builtinNodes,
  createRuntime,
  WorkflowFactory,
  type BlueprintInput,
  type JsonObject,
  type RunEvent,
} from "@ice/core";
import { problemOfEvent } from "@ice/core/internal";
import { models } from "@ice/llm";
import { initializeOrchestrator, type OrchestratorOptions, type Orchestrator } from "@ice/orchestrator";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../examples/node-types/", import.meta.url));
// Examples are no part of this package, so they are loaded as a user's files are.
const { default: config } = (await import(`${folder}ice.config.ts`)) as {
  readonly default: Pick<OrchestratorOptions, "agents" | "workflows">;
};
const built = (await import(`${folder}src/builder.ts`)) as Readonly<Record<string, BlueprintInput>>;

/** Type of node → output of its example. */
const outputs: Readonly<Record<string, JsonObject>> = {
  tool: { bill: { text: "3 × lamp", total: 37.5 } },
  llm: { mood: "bad" },
  agent: { brief: "Ice floats" },
  condition: { branch: "true", output: { text: "ice at -4 °C" } },
  switch: { case: "today", text: "Today: Shop is down" },
  loop: { greetings: ["1. Hello ADA", "2. Hello ALAN", "3. Hello GRACE"] },
  parallel: { pieces: 7, price: 15 },
  workflow: { n: 42 },
  recursive: { grown: { n: 243 }, doubled: { n: 128 }, halved: { n: 6.25 }, draft: { text: "version 3", score: 3 } },
  code: { lengths: [3, 5, 5] },
  scope: { status: "open", code: "CARD_DECLINED" },
  wait: { paid: 12, reminder: "How do you like what you bought for 12 €?" },
  end: { shipped: 0, note: "No orders today." },
  human: { percent: 0, timedOut: true },
  monitor: { triggered: true, triggerCount: 1 },
  swarm: { result: { shop: "Second Hand", price: 5 }, rounds: 1, converged: true },
};

let ice: Orchestrator;
beforeAll(async () => {
  ice = await initializeOrchestrator({
    runtime: createRuntime(),
    agents: config.agents ?? [],
    workflows: config.workflows ?? [],
    plugins: [models({ env: {} })],
  });
});
afterAll(() => ice.close());

const workflowOf = (blueprint: BlueprintInput) => ice.runtime.use(WorkflowFactory).create(blueprint);
const fromFile = (type: string) => load(`${folder}${type}.yaml`);

test("every built-in node type has an example in YAML and one with the builder", () => {
  const types = Object.keys(builtinNodes).toSorted();
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  expect(files.map((file) => basename(file, ".yaml")).toSorted()).toEqual(types);
  expect(Object.keys(built).toSorted()).toEqual(types);
  expect(Object.keys(outputs).toSorted()).toEqual(types);
});

test.each(Object.keys(builtinNodes))("the example of %s is valid in both forms", (type) => {
  for (const blueprint of [fromFile(type), built[type]!]) {
    expect(blueprint.nodes.map((node) => node.type)).toContain(type);
    expect(workflowOf(blueprint).issues()).toEqual([]);
  }
});

test.each(Object.entries(outputs))("the example of %s gives the same in both forms", async (type, expected) => {
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => events.push(event);
  const results = await Promise.all(
    [fromFile(type), built[type]!].map((one) => workflowOf(one).execute({}, { wait: true, onEvent })),
  );
  expect(events.flatMap((event) => problemOfEvent(event) ?? [])).toEqual([]);
  for (const { status, output } of results) expect([status, output]).toEqual(["completed", expected]);
});

test("an end is skipped when there is something to do", async () => {
  for (const one of [fromFile("end"), built["end"]!]) {
    const { status, output } = await workflowOf(one).execute({ orders: ["lamp", "desk"] });
    expect([status, output]).toEqual(["completed", { shipped: 2, note: "All shipped." }]);
  }
});

test("a switch chooses by its cases, and a scope compensates what was done", async () => {
  for (const one of [fromFile("switch"), built["switch"]!]) {
    const { output } = await workflowOf(one).execute({ priority: "normal", subject: "New logo" });
    expect(output).toEqual({ case: "otherwise", text: "Later: New logo" });
  }
  for (const one of [fromFile("scope"), built["scope"]!]) {
    const { nodes } = await workflowOf(one).execute({});
    expect(nodes["order.release"]).toMatchObject({ status: "completed", output: { shelf: 7 } });
    expect(nodes["order.log"]).toMatchObject({ output: { text: "CARD_DECLINED" } });
  }
});

test("recursive shows every form", () => {
  const forms = ["body", "workflowRef", "agentPackage", "recursiveSources"];
  for (const { nodes } of [fromFile("recursive"), built["recursive"]!])
    expect(forms.filter((form) => nodes.some((node) => form in node))).toEqual(forms);
});
