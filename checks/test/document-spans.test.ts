import { fileURLToPath } from "node:url";
import { load } from "@ice/builder";
import { createRuntime } from "@ice/core";
import { models } from "@ice/llm";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { otel } from "@ice/otel";
import { toolPack } from "@ice/tools";
import { expect, test } from "vitest";
// @boundaries-ignore tests of the plugin and of the examples collect spans in the same way
import { collectTelemetry, publishedConventions, treeOf } from "../../packages/otel/test/run-traced.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the spans of the document assistant read as its DAG, by the published conventions", async () => {
  const telemetry = collectTelemetry();
  const { runtime, close } = await initializeOrchestrator({
    runtime: createRuntime(),
    plugins: [toolPack(), models({ env: {} }), otel(telemetry)],
    allow: { directory: root },
  });
  const { nodes, schemaVersion: _, ...fields } = load(`${root}/examples/document-assistant/document-assistant.yaml`);
  const { status, output } = await new Workflow(nodes, { ...fields, runtime }).execute();
  await close();
  expect(status).toBe("completed");
  const spans = telemetry.spans();
  const sections = Number(output["chunks"]);
  expect(sections).toBeGreaterThan(5);
  const each = (times: number, ...lines: readonly string[]) => Array.from({ length: times }, () => lines).flat();
  // Spans of equal beginnings have no order of their own.
  const tree = treeOf(spans);
  expect(tree.toSorted()).toEqual(
    [
      "invoke_workflow document-assistant",
      "  tool document",
      "    execute_tool text_read",
      "  tool chunks",
      "    execute_tool echo",
      "  loop summaries",
      ...each(sections, "    llm summary", "      chat echo"),
      "  llm overview",
      "    chat echo",
      "  loop answers",
      ...each(2, "    tool found", "      execute_tool echo", "    llm answer", "      chat echo"),
    ].toSorted(),
  );
  const published = publishedConventions().attributes;
  const others = spans
    .flatMap(({ attributes }) => Object.keys(attributes))
    .filter((name) => !published.has(name) && !name.startsWith("ice."));
  expect(others).toEqual([]);
  const chats = spans.filter(({ name }) => name.startsWith("chat "));
  expect(chats).toHaveLength(sections + 3);
  for (const { attributes } of chats)
    expect(attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "mock",
      "gen_ai.request.model": "echo",
      "gen_ai.usage.input_tokens": expect.any(Number) as number,
      "gen_ai.usage.output_tokens": expect.any(Number) as number,
    });
});
