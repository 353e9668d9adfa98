// For workflows: a plugin
export { otel, type OtelOptions } from "./otel-plugin.ts";
// For tools and agents: the span that they run in
export { TraceContext } from "./trace-context.ts";
