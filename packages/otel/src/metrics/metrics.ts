import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";
import type { RunEventMap } from "@ice/core";
import { modelAttributes } from "../conventions/model-name.ts";
import { conventionalMetrics, conventions, errorType, own } from "../conventions/names.ts";

/** Histogram buckets of the conventions, for tokens and for seconds. */
const tokenBounds = Array.from({ length: 14 }, (_, power) => 4 ** power);
const secondBounds = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

/** The instruments. Attributes have few values: no ids, no paths. */
export class Metrics {
  readonly #tokens: Histogram;
  readonly #requestSeconds: Histogram;
  readonly #firstChunkSeconds: Histogram;
  readonly #cost: Counter;
  readonly #runs: Counter;
  readonly #runSeconds: Histogram;
  readonly #nodes: Counter;
  readonly #nodeSeconds: Histogram;
  readonly #retries: Counter;

  constructor(meter: Meter) {
    const seconds = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries: secondBounds } });
    const count = (name: string, unit: string, description: string): Counter =>
      meter.createCounter(name, { unit, description });
    this.#tokens = meter.createHistogram(conventionalMetrics.tokenUsage, {
      unit: "{token}",
      description: "Number of input and output tokens used.",
      advice: { explicitBucketBoundaries: tokenBounds },
    });
    this.#requestSeconds = seconds(conventionalMetrics.operationDuration, "GenAI operation duration.");
    this.#firstChunkSeconds = seconds(conventionalMetrics.timeToFirstChunk, "Time to the first text of an answer.");
    this.#cost = count("ice.llm.cost", "{USD}", "Cost of requests to models whose price is known.");
    this.#runs = count("ice.runs", "{run}", "Runs that have ended or were suspended.");
    this.#runSeconds = seconds("ice.run.duration", "Duration of runs that have ended.");
    this.#nodes = count("ice.nodes", "{node}", "Nodes that have ended or were skipped.");
    this.#nodeSeconds = seconds("ice.node.duration", "Duration of nodes that ran.");
    this.#retries = count("ice.node.retries", "{attempt}", "Attempts that failed and were followed by another one.");
  }

  /** @param durationMs - undefined for a run that was suspended. */
  run(name: string | undefined, status: string, durationMs?: number, code?: string): void {
    const attributes = withError({ [own.status]: status, ...(name && { [conventions.workflowName]: name }) }, code);
    this.#runs.add(1, attributes);
    if (durationMs !== undefined) this.#runSeconds.record(durationMs / 1000, attributes);
  }

  /** @param durationMs - undefined for a node that never ran. */
  node(type: string, status: string, durationMs?: number, code?: string): void {
    const attributes = withError({ [own.nodeType]: type, [own.status]: status }, code);
    this.#nodes.add(1, attributes);
    if (durationMs !== undefined) this.#nodeSeconds.record(durationMs / 1000, attributes);
  }

  retry(type: string, code: string): void {
    this.#retries.add(1, withError({ [own.nodeType]: type }, code));
  }

  answer({ model, usage, costUsd, durationMs, firstTokenMs }: RunEventMap["llm.completed"]): void {
    const attributes = modelAttributes(model);
    this.#tokens.record(usage.inputTokens, { ...attributes, [conventions.tokenType]: "input" });
    this.#tokens.record(usage.outputTokens, { ...attributes, [conventions.tokenType]: "output" });
    this.#requestSeconds.record(durationMs / 1000, attributes);
    if (firstTokenMs !== null) this.#firstChunkSeconds.record(firstTokenMs / 1000, attributes);
    if (costUsd !== null) this.#cost.add(costUsd, attributes);
  }

  failedRequest(model: string, code: string, durationMs: number): void {
    this.#requestSeconds.record(durationMs / 1000, withError(modelAttributes(model), code));
  }
}

const withError = (attributes: Attributes, code: string | undefined): Attributes =>
  code === undefined ? attributes : { ...attributes, [conventions.errorType]: errorType(code) };
