import { context, metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { definePlugin } from "@ice/core";
import { checkNumbers } from "@ice/core/internal";
import { Telemetry } from "./telemetry.ts";
import { TraceContext } from "./trace-context.ts";

/** Options of `otel`. */
export interface OtelOptions {
  /** Default: the global one, which an SDK registers. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Default: the global one, which an SDK registers. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Whether texts of models (64 Ki characters per answer) and messages of errors are recorded. Default false. */
  readonly content?: boolean | undefined;
  /** Maximum number of open spans. Beyond it, the oldest other run is no longer traced. Default 10,000. */
  readonly maxOpenSpans?: number | undefined;
}

const scope = "@ice/otel";

/**
 * Creates spans and metrics from the events of runs, by the OpenTelemetry semantic conventions for GenAI 1.45.
 *
 * @throws IceError `ICE_USAGE` (as the cause of `ICE_PLUGIN_SETUP`) for `maxOpenSpans` below 1.
 */
export const otel = definePlugin<OtelOptions | undefined>({
  name: "@ice/otel",
  apiVersion: 1,
  setup(host, options = {}) {
    const { tracerProvider = trace, meterProvider = metrics, content = false, maxOpenSpans = 10_000 } = options;
    checkNumbers("otel()", { maxOpenSpans }, { min: 1 });
    const telemetry = new Telemetry({
      tracer: tracerProvider.getTracer(scope),
      meter: meterProvider.getMeter(scope),
      content,
      maxOpenSpans,
    });
    let at = 0;
    host.provide(TraceContext, { of: (place) => telemetry.contextAt(place) ?? context.active() });
    // Plugins are closed before the engine: what still runs then has no further events here.
    host.onClose(() => telemetry.close(at));
    host.on("*", (event) => {
      at = Math.max(at, event.at);
      telemetry.handle(event);
    });
  },
});
