import { AsyncLocalStorage } from "node:async_hooks";
import { initializeOrchestrator, type OrchestratorOptions } from "@ice/orchestrator";
import { createFakeClock, createTestRuntime, type FakeClock } from "@ice/testing";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import { ROOT_CONTEXT, type Context, type ContextManager } from "@opentelemetry/api";
import * as published from "@opentelemetry/semantic-conventions/incubating";
import { onTestFinished } from "vitest";
import { otel, type OtelOptions } from "../src/index.ts";

/** Spans and metrics kept in memory. */
export function collectTelemetry() {
  const spans = new InMemorySpanExporter();
  const open = { now: 0, peak: 0 };
  const counter: SpanProcessor = {
    onStart: () => (open.peak = Math.max(open.peak, (open.now += 1))),
    onEnd: () => (open.now -= 1),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const tracerProvider = new TracerProvider({
    spanProcessors: [counter, new SimpleSpanProcessor({ exporter: spans })],
  });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(async () => {
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
  });
  return {
    tracerProvider,
    meterProvider,
    spans: () => spans.getFinishedSpans(),
    peakOpenSpans: () => open.peak,
    async metrics() {
      await reader.forceFlush();
      const [last] = metrics.getMetrics().slice(-1);
      return (last?.scopeMetrics ?? []).flatMap((scope) => scope.metrics);
    },
  };
}

/** An engine with the plugin, whose spans and metrics are collected. */
export async function startTraced(
  { plugins = [], ...options }: OrchestratorOptions = {},
  {
    otelOptions = {},
    telemetry = collectTelemetry(),
    clock = createFakeClock(),
  }: {
    otelOptions?: OtelOptions;
    telemetry?: ReturnType<typeof collectTelemetry>;
    clock?: FakeClock;
  } = {},
) {
  const { tracerProvider, meterProvider } = telemetry;
  const plugin = otel({ tracerProvider, meterProvider, ...otelOptions });
  const engine = await createTestRuntime(
    initializeOrchestrator,
    { ...options, plugins: [...plugins, plugin] },
    { clock },
  );
  return { ...engine, telemetry, clock };
}

/** The part of an SDK that keeps the active span over asynchronous work. */
export function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context: Context, work: (...args: unknown[]) => unknown, self?: unknown, ...args: unknown[]) =>
      storage.run(context, () => work.apply(self, args)),
    bind: (_context: Context, target: unknown) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager as unknown as ContextManager;
}

export const msOf = ([seconds, nanos]: readonly [number, number]): number => Math.round(seconds * 1000 + nanos / 1e6);

/** Spans as an indented tree, in the order in which they began: `name [status] error`. */
export function treeOf(spans: readonly ReadableSpan[]): string[] {
  const known = new Set(spans.map((span) => span.spanContext().spanId));
  const show = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(
        ({ parentSpanContext: above }) => (above && known.has(above.spanId) ? above.spanId : undefined) === parent,
      )
      .toSorted((a, b) => msOf(a.startTime) - msOf(b.startTime))
      .flatMap((span) => [`${"  ".repeat(depth)}${lineOf(span)}`, ...show(span.spanContext().spanId, depth + 1)]);
  return show(undefined, 0);
}

function lineOf({ name, attributes }: ReadableSpan): string {
  const error = attributes["error.type"];
  const status = attributes["ice.status"];
  return `${name}${status === "completed" ? "" : ` [${String(status)}]`}${error === undefined ? "" : ` ${String(error)}`}`;
}

/** Names of the published conventions. */
export function publishedConventions() {
  const values: readonly (readonly [string, unknown])[] = Object.entries(published);
  const of = (prefix: string) => new Set(values.filter(([key]) => key.startsWith(prefix)).map(([, value]) => value));
  return { attributes: of("ATTR_"), metrics: of("METRIC_"), members: (prefix: string) => of(`${prefix}_VALUE_`) };
}
