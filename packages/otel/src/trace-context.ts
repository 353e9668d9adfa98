import type { Context } from "@opentelemetry/api";
import { serviceKey, type ServiceKey } from "@ice/core";

/** Finds the span of a node or of a call, as a parent for spans of your own. */
export interface TraceContext {
  /**
   * The context of the innermost span that is open at `path` of a run: that of the call if the node makes one at a time,
   * otherwise that of the node; the active context if the run has no span. Libraries that make spans find it with
   * `context.with(…)` of `@opentelemetry/api`.
   *
   * @param place - the context of a tool or an agent, or an event. Default of `tenant`: `default`.
   */
  of(place: { readonly runId: string; readonly tenant?: string | undefined; readonly path: string }): Context;
}

/** Key of the service that `otel()` provides. */
export const TraceContext: ServiceKey<TraceContext> = serviceKey("otelTraceContext");
