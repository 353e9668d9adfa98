import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineTool,
  LanguageModelService,
  RunStore,
  type AgentDefinition,
  type JsonObject,
  type NodeInput,
  type RunOptions,
  type Runtime,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { scriptedModels, type Reply } from "./models/scripted-models.ts";

/** What starts processes, one after the other, on one store, with a tool `send` and the agent `recall`. */
export function processesOnOneStore(recall: AgentDefinition) {
  const folder = mkdtempSync(join(tmpdir(), "ice-one-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const send = defineTool({ name: "send", args: z.object({ n: z.int() }), run: ({ n }) => ({ n }) });
  return async (
    replies: readonly Reply[] = [],
    options: OrchestratorOptions = {},
    provide: (runtime: Runtime) => void = () => {},
  ) => {
    const models = scriptedModels(replies);
    const ice = await createTestRuntime(
      initializeOrchestrator,
      { store: `sqlite:${join(folder, "ice.db")}`, tools: [send], agents: [recall], ...options },
      {
        before: (runtime) => {
          runtime.provide(LanguageModelService, models);
          provide(runtime);
        },
      },
    );
    onTestFinished(() => ice.close());
    const { runtime } = ice;
    const run = (nodes: readonly object[], inputs: JsonObject = {}, more: RunOptions = {}) =>
      new Workflow(nodes as readonly NodeInput[], { name: "w", runtime }).execute(inputs, more);
    return { ...ice, models, run, store: runtime.use(RunStore) };
  };
}
