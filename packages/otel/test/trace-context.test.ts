import { context, trace } from "@opentelemetry/api";
import { defineAgent, defineTool, type ToolContext } from "@ice/core";
import { Workflow } from "@ice/orchestrator";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { TraceContext } from "../src/index.ts";
import { after, node, run } from "./run-nodes.ts";
import { collectTelemetry, createContextManager, startTraced } from "./run-traced.ts";

test("tools get the span of their call, even below a member of a swarm", async () => {
  const seen: unknown[] = [];
  const look = defineTool({
    name: "look",
    args: z.object({}),
    run: (_args, tool) => void seen.push(trace.getSpanContext(tool.use(TraceContext).of(tool))?.spanId),
  });
  const looker = defineAgent({ name: "looker", tools: ["look"], run: ({ callTool }) => callTool("look", {}) });
  const swarm = {
    agents: [
      { package: "looker", role: "r" },
      { package: "looker", role: "s" },
    ],
    task: "t",
  };
  const { spans } = await run(
    [
      node("a", "tool", { toolName: "look" }),
      node("b", "swarm", { ...swarm, coordinationStrategy: "hierarchical", ...after("a") }),
    ],
    { options: { tools: [look as never], agents: [looker] } },
  );
  const looks = spans.filter(({ name }) => name === "execute_tool look").map((span) => span.spanContext().spanId);
  expect(looks).toHaveLength(4);
  expect(seen).toEqual(looks);
});

test("tools and agents find the spans of their own run, whatever other tenants call theirs", async () => {
  const seen: { readonly tenant: string; readonly traceId: string | undefined }[] = [];
  const note = (caller: Pick<ToolContext, "runId" | "tenant" | "path" | "use">): null => {
    const { traceId } = trace.getSpanContext(caller.use(TraceContext).of(caller)) ?? {};
    seen.push({ tenant: caller.tenant, traceId });
    return null;
  };
  const look = defineTool({ name: "look", args: z.object({}), run: (_args, tool) => note(tool) });
  const looker = defineAgent({ name: "looker", run: note });
  const telemetry = collectTelemetry();
  const { runtime, clock, close } = await startTraced({ tools: [look as never], agents: [looker] }, { telemetry });
  const nodes = [node("t", "tool", { toolName: "look" }), node("a", "agent", { package: "looker", ...after("t") })];
  const workflow = new Workflow(nodes, { name: "w", runtime });
  const running = ["acme", undefined].map((tenant) => workflow.execute({}, { runId: "r", tenant }));
  await clock.runUntil(Promise.all(running));
  await close();
  const roots = telemetry.spans().filter(({ name }) => name === "invoke_workflow w");
  const traces = new Map(
    roots.map((root) => [root.attributes["ice.tenant"] ?? "default", root.spanContext().traceId] as const),
  );
  expect(new Set(traces.values()).size).toBe(2);
  for (const tenant of ["acme", "default"]) {
    const own = { tenant, traceId: traces.get(tenant) };
    expect(seen.filter((one) => one.tenant === tenant)).toEqual([own, own]);
  }
});

test("no span is active in a tool; what it does in the context of its call is below that", async () => {
  context.setGlobalContextManager(createContextManager());
  onTestFinished(() => context.disable());
  const telemetry = collectTelemetry();
  const tracer = telemetry.tracerProvider.getTracer("library");
  const library = (name: string): void => tracer.startSpan(name).end();
  const look = defineTool({
    name: "look",
    args: z.object({}),
    run: (_args, tool) => {
      library("GET without");
      context.with(tool.use(TraceContext).of(tool), () => library("GET with"));
    },
  });
  const { runtime, clock, close } = await startTraced({ tools: [look as never] }, { telemetry });
  await clock.runUntil(new Workflow([node("a", "tool", { toolName: "look" })], { name: "w", runtime }).execute());
  await close();
  const parentOf = (name: string) => telemetry.spans().find((span) => span.name === name)!.parentSpanContext?.spanId;
  const call = telemetry.spans().find(({ name }) => name === "execute_tool look")!;
  expect([parentOf("GET without"), parentOf("GET with")]).toEqual([undefined, call.spanContext().spanId]);
});
