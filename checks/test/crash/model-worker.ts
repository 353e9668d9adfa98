/**
 * A process that is there to be killed while it asks models: runs or resumes runs on a SQLite store.
 *
 *   node model-worker.ts '{ "db": …, "effects": …, "runs": ["r"], "nodes": […], "dieAt"?: { "place": "before", "at": 3 } }'
 *
 * Requests to models and calls of tools are lines in the file of effects, written before they are answered.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import {
  createRuntime,
  defineAgent,
  defineTool,
  IceError,
  LanguageModelService,
  WorkflowExecutionService,
  type ModelAnswer,
  type ModelRequest,
} from "@ice/core";
import { initializeOrchestrator, openSqliteRunStore, Workflow } from "@ice/orchestrator";
import { z } from "zod";
import { die, withInterruptions, type Stop } from "./stops.ts";

export interface ModelWorkerTask {
  readonly db: string;
  readonly effects: string;
  readonly runs: readonly string[];
  readonly nodes: readonly unknown[];
  readonly dieAt?: Stop | undefined;
}

/** What happened outside: a request to a model, or a call of a tool, each with an id of its own. */
export interface ModelEffect {
  readonly what: "request" | "failure" | "call";
  readonly id: string;
  /** Of a call. */
  readonly attempt?: number;
}

const task = JSON.parse(process.argv[2] ?? "null") as ModelWorkerTask;
const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const happened = (effect: ModelEffect): void => appendFileSync(task.effects, `${JSON.stringify(effect)}\n`);
const hasHappened = (effect: ModelEffect): boolean =>
  existsSync(task.effects) && readFileSync(task.effects, "utf8").split("\n").includes(JSON.stringify(effect));

const effect = defineTool({
  name: "effect",
  args: z.strictObject({ n: z.int() }),
  async run({ n }, { idempotencyKey, attempt }) {
    happened({ what: "call", id: idempotencyKey, attempt });
    return { n, id: idempotencyKey };
  },
});

/**
 * The answer depends on the request alone: two calls, one call, then a text, or what the schema of the answer asks for. The text
 * names the run, so that what follows from it differs from run to run.
 */
function answerTo({ messages, tools, jsonSchema }: ModelRequest, id: string): Omit<ModelAnswer, "usage" | "warnings"> {
  const state = { provider: "p", data: id };
  const step = messages.filter(({ role }) => role === "assistant").length;
  if (tools !== undefined && step < 2) {
    const calls = Array.from({ length: 2 - step }, (_, n) => ({
      id: `c${n}`,
      name: "effect",
      arguments: `{"n":${n}}`,
    }));
    return { text: "", toolCalls: calls, finishReason: "tool-calls", state };
  }
  const named = /go [a-z]+(-\d+)?/.exec(JSON.stringify(messages[0]))?.[0] ?? "";
  const text = jsonSchema === undefined ? named : '{"vote":"worker"}';
  return { text, toolCalls: [], finishReason: "stop", state };
}

const models: LanguageModelService = {
  describe: (model) => [{ model }],
  list: () => ({ models: [], aliases: {}, pricesDate: "2026-11-30" }),
  async generate(request) {
    const { system, messages } = request;
    const id = createHash("sha256")
      .update(JSON.stringify([system, messages]))
      .digest("hex");
    happened({ what: "request", id });
    await new Promise((resolve) => setTimeout(resolve, 1));
    // The second request of each conversation fails once.
    const fails = messages.filter(({ role }) => role === "assistant").length === 1;
    if (fails && !hasHappened({ what: "failure", id })) {
      happened({ what: "failure", id });
      throw new IceError("ICE_MODEL_UNAVAILABLE", "The model is away.", { retryable: true });
    }
    return { ...answerTo(request, id), usage: { inputTokens: 10, outputTokens: 5 }, warnings: [] };
  },
};

const runtime = createRuntime();
runtime.provide(LanguageModelService, models);
const { close } = await initializeOrchestrator({
  runtime,
  store: withInterruptions(await openSqliteRunStore(task.db), () =>
    task.dieAt === undefined ? [] : [{ stop: task.dieAt, act: die }],
  ),
  tools: [effect],
  agents: [
    defineAgent({ name: "worker", model: "p/m", tools: ["effect"] }),
    defineAgent({ name: "thinker", model: "p/m" }),
  ],
});
const service = runtime.use(WorkflowExecutionService);
const workflow = new Workflow(task.nodes as never, { name: "models", runtime });
report({ ready: process.pid });
await Promise.all(
  task.runs.map(async (runId) => {
    try {
      const { status } = await workflow.execute({}, { runId }).catch((error: unknown) => {
        if (IceError.is(error) && error.code === "ICE_RUN_EXISTS") return service.resume(runId);
        throw error;
      });
      report({ runId, status });
    } catch (error) {
      report({ runId, error: IceError.is(error) ? error.code : String(error) });
    }
  }),
);
await close();
