import {
  createRuntime,
  defineTool,
  LanguageModelService,
  type LanguageModelService as Models,
  type ModelAnswer,
  type NodeInput,
} from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";
import { BudgetMeter } from "../../../packages/orchestrator/src/run/budget.ts";
import { ModelReservations } from "../../../packages/orchestrator/src/run/model-reservations.ts";

export interface AgentsFigures {
  /** Milliseconds of a run whose only node is an agent with this number of steps. */
  readonly shortMs: readonly number[];
  readonly longMs: readonly number[];
  /** Microseconds to reserve for one request and settle it. */
  readonly reserveUs: readonly number[];
  /** The same with a hundred concurrent requests, most of which wait. */
  readonly waitUs: readonly number[];
}

const steps = { short: 10, long: 1000 } as const;

/** Agents with a model that answers immediately, in memory, with one tool call in each step except the last, within a token budget. */
export async function measureAgents({ rounds }: { readonly rounds: number }): Promise<AgentsFigures> {
  return {
    shortMs: await timeAgent(steps.short, rounds * 20),
    longMs: await timeAgent(steps.long, rounds),
    reserveUs: await repeat(rounds, () => timeReservations(1, 100_000)),
    waitUs: await repeat(rounds, () => timeReservations(100, 1000)),
  };
}

async function timeAgent(length: number, rounds: number): Promise<number[]> {
  const text = "x".repeat(2048);
  let asked = 0;
  const answer = (): ModelAnswer => {
    asked += 1;
    const toolCalls = asked < length ? [{ id: `c${asked}`, name: "look", arguments: `{"page":${asked}}` }] : [];
    const usage = { inputTokens: 10, outputTokens: 5 };
    return { text, toolCalls, finishReason: toolCalls.length > 0 ? "tool-calls" : "stop", usage, warnings: [] };
  };
  const models: Models = {
    describe: (model) => [{ model }],
    list: () => ({ models: [], aliases: {}, pricesDate: "" }),
    generate: () => Promise.resolve(answer()),
  };
  const look = defineTool({
    name: "look",
    sideEffects: "none",
    args: z.object({ page: z.int() }),
    run: ({ page }) => ({ page }),
  });
  const runtime = createRuntime();
  runtime.provide(LanguageModelService, models);
  const { close } = await initializeOrchestrator({ runtime, tools: [look], limits: { outputBytes: 2 ** 26 } });
  const node: NodeInput = {
    id: "a",
    type: "agent",
    model: "near/m",
    tools: ["look"],
    input: "go",
    maxIterations: length,
  } as const;
  const workflow = new Workflow([node], {
    name: "agent",
    settings: { budget: { totalTokens: 1e9 } },
    runtime,
  });
  const figures: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    asked = 0;
    const started = performance.now();
    const result = await workflow.execute();
    if (round >= 0) figures.push(performance.now() - started); // the others warm up
    if (result.status !== "completed" || asked !== length)
      throw new Error(`the agent ${result.status} after ${asked} steps: ${result.error?.message}`);
  }
  await close();
  return figures;
}

/** @returns microseconds for each request. */
async function timeReservations(atOnce: number, times: number): Promise<number> {
  const reservations = new ModelReservations();
  const meter = new BudgetMeter({ totalTokens: 1000 * 11 }, undefined);
  const estimate = { path: "a", model: "near/m", inputTokens: 100, maxTokens: 1000, cost: undefined };
  const { signal } = new AbortController();
  const request = async (): Promise<void> => {
    const reserved = reservations.reserve(meter, estimate, signal);
    (reserved instanceof Promise ? await reserved : reserved).settle();
  };
  const started = performance.now();
  for (let time = 0; time < times; time += 1)
    if (atOnce === 1) {
      const reserved = reservations.reserve(meter, estimate, signal);
      (reserved instanceof Promise ? await reserved : reserved).settle();
    } else await Promise.all(Array.from({ length: atOnce }, request));
  return ((performance.now() - started) * 1000) / (times * atOnce);
}

async function repeat(rounds: number, once: () => Promise<number>): Promise<number[]> {
  const figures: number[] = [];
  for (let round = 0; round <= rounds; round += 1) figures.push(await once());
  return figures.slice(1);
}
