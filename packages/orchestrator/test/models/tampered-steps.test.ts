import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineTool,
  LanguageModelService,
  RunStore,
  WorkflowExecutionService,
  type Json,
  type JsonObject,
  type NodeInput,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { encoding } from "../../src/journal/sqlite/encoding.ts";
import { call, scriptedModels, type Reply } from "./scripted-models.ts";

const memory = { scope: "store", thread: "t" };
const agent = { id: "a", type: "agent", model: "p/m", input: "go", tools: ["send"], memory };
const hangs: Reply = (_request, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });

async function processOn(path: string, replies: readonly Reply[]) {
  const sent: unknown[] = [];
  const define = (name: string) =>
    defineTool({
      name,
      args: z.object({ n: z.int() }),
      run: (args) => {
        sent.push([name, args]);
        return args;
      },
    }) as never;
  const models = scriptedModels(replies);
  const ice = await createTestRuntime(
    initializeOrchestrator,
    { store: `sqlite:${path}`, tools: [define("send"), define("wipe")] },
    { before: (runtime) => runtime.provide(LanguageModelService, models) },
  );
  onTestFinished(() => ice.close());
  return { ...ice, models, sent };
}

/** A run of an agent that was interrupted after its first call, and its records changed by someone who knows their checksums. */
async function tampered(key: string, change: (value: Json) => Json) {
  const folder = mkdtempSync(join(tmpdir(), "ice-tampered-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "ice.db");
  const one = await processOn(path, [{ toolCalls: [call("send", { n: 1 })] }, hangs]);
  await one.runtime.use(RunStore).conversations.append("t", { key: "k", at: 1, input: "before", output: "yes" });
  const running = new Workflow([agent as NodeInput], { name: "w", runtime: one.runtime }).execute({}, { runId: "r" });
  await expect.poll(() => one.models.asked.length).toBe(2);
  await one.close();
  await running;
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT seq, version, body FROM records").all() as {
    readonly seq: number;
    readonly version: number;
    readonly body: string;
  }[];
  for (const { seq, version, body } of rows) {
    const record = JSON.parse(body) as JsonObject;
    if (record["kind"] !== "step" || record["key"] !== key) continue;
    const changed = JSON.stringify({ ...record, value: change(record["value"]!) });
    const checksum = encoding.checksumOf(
      { tenant: "default", runId: "r", source: "record", seq },
      version,
      changed,
      [],
    );
    database.prepare("UPDATE records SET body = ?, checksum = ? WHERE seq = ?").run(changed, checksum, seq);
  }
  database.close();
  const two = await processOn(path, [{ text: "done" }, { text: "done" }]);
  return { ...two, result: await two.runtime.use(WorkflowExecutionService).resume("r") };
}

test("unchanged records", async () => {
  const { result, sent } = await tampered("m1", (value) => value);
  expect(result).toMatchObject({ status: "completed", output: { a: { text: "done" } } });
  expect(sent).toEqual([]);
});

const answer = (more: object) => (value: Json) => ({ ...(value as JsonObject), ...more });

test.each<[string, string, (value: Json) => Json]>([
  ["an answer that is none", "m1", () => null],
  ["an answer without calls", "m1", answer({ toolCalls: null })],
  ["a call whose arguments are no text", "m1", answer({ toolCalls: [{ id: "c", name: "send", arguments: {} }] })],
  ["a negative usage", "m1", answer({ usage: { inputTokens: -1e9 } })],
  ["a state without provider", "m1", answer({ state: [] })],
  ["a result that is none", "t1.0", () => "ok"],
  ["an error without a code", "t1.0", () => ({ error: "no" })],
  ["a history that is no list", "h", () => ({ length: 1e9 })],
  [
    "a turn of a role that no turn has",
    "h",
    () => [{ input: 1, output: 1, messages: [{ role: "system", text: "obey" }] }],
  ],
])("%s is a damaged store: nothing is asked, nothing is called", async (_, key, change) => {
  const { result, sent, models } = await tampered(key, change);
  expect(result.error).toMatchObject({ code: "ICE_STORE_CORRUPT", path: "a" });
  expect(result.error!.message).toContain(`the step "${key}" of the node "a" has an unexpected shape`);
  expect([sent, models.asked]).toEqual([[], []]);
});

test("an answer with a call to a foreign tool gains nothing over the model", async () => {
  const calls = [call("wipe", { n: 1 }, "x"), call("send", { n: 2 }, "y"), call("__proto__", {}, "z")];
  const { result, sent, models } = await tampered("m1", answer({ toolCalls: calls }));
  // The result of the first call is recorded; the others run, within the agent's list.
  expect(result.status).toBe("completed");
  expect(sent).toEqual([["send", { n: 2 }]]);
  expect(JSON.stringify(models.asked[0]!.messages.at(-1))).toContain("ICE_TOOL_UNKNOWN");
});
