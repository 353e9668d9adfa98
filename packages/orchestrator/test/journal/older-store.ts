import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import {
  createRuntime,
  defineAgent,
  defineTool,
  HumanTaskService,
  LanguageModelService,
  NetworkCoordinatorFactory,
  RunStore,
  Tenants,
  WorkflowExecutionService,
  type Clock,
} from "@ice/core";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { initializeOrchestrator } from "../../src/index.ts";
import { scriptedModels, type Reply } from "../models/scripted-models.ts";

/** The engine on a copy of a file that an older ice has left in `__fixtures__`. */
export async function openOlderStore(
  fixture: string,
  { replies = [], clock }: { readonly replies?: readonly Reply[]; readonly clock?: Clock } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), "ice-older-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "ice.db");
  writeFileSync(path, gunzipSync(readFileSync(`${import.meta.dirname}/__fixtures__/${fixture}`)));
  const sent: number[] = [];
  const send = defineTool({
    name: "send",
    args: z.object({ n: z.int() }),
    sideEffects: "external",
    run: ({ n }) => {
      sent.push(n);
      return { n };
    },
  });
  const hold = defineTool({ name: "hold", args: z.object({}), sideEffects: "external", run: () => ({ held: true }) });
  const counter = defineAgent({ name: "counter", run: ({ history }) => `turn ${history.length + 1}` });
  const models = scriptedModels(replies);
  const runtime = createRuntime();
  runtime.provide(LanguageModelService, models);
  const { close } = await initializeOrchestrator({
    runtime,
    store: `sqlite:${path}`,
    tools: [send, hold],
    agents: [counter],
    ...(clock && { clock }),
  });
  onTestFinished(close);
  return {
    runtime,
    store: runtime.use(RunStore),
    runs: runtime.use(WorkflowExecutionService),
    tasks: runtime.use(HumanTaskService),
    networks: runtime.use(NetworkCoordinatorFactory),
    tenants: runtime.use(Tenants),
    models,
    sent,
    /** The rows of a query, read behind the back of the store. */
    query(sql: string): unknown[] {
      const database = new DatabaseSync(path);
      try {
        return database
          .prepare(sql)
          .all()
          .map((row) => Object.values(row));
      } finally {
        database.close();
      }
    },
  };
}
