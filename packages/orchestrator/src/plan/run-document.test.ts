import { createHash } from "node:crypto";
import { analyzeBlueprint, builtinNodes, createRuntime, defineTool } from "@ice/core";
import { finish } from "@ice/core/internal";
import { expect, test } from "vitest";
import { z } from "zod";
import { runDocumentOf } from "./run-document.ts";

const runtime = createRuntime();
for (const [type, definition] of Object.entries(builtinNodes))
  runtime.nodes.register(type, { definition, execute: () => null });
runtime.tools.register("echo", defineTool({ name: "echo", args: z.looseObject({}), run: () => null }));

function documentOf(metadata: object) {
  const eye = { id: "eye", type: "monitor", metricExpression: "true", actionOnTrigger: "alert", alertChannels: [] };
  const nodes = [{ id: "l", type: "loop", itemsSource: "[1]", body: [eye] }];
  const { analyzed, issues } = analyzeBlueprint({ name: "w", metadata, nodes }, { runtime });
  expect(issues).toEqual([]);
  return runDocumentOf(analyzed!);
}

/** As runs have stored it since the first version: with the keys of every object sorted. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

test.each([{}, { b: 1, a: [], c: {} }, { "10": [{ z: null, y: "\u2028é" }], "9": -0, "a b": 1e300, é: [[], [true]] }])(
  "the hash of a document is that of its JSON with keys in order: metadata %j",
  (metadata) => {
    const document = documentOf(metadata);
    expect(document.hash).toBe(createHash("sha256").update(canonical(document.data)).digest("hex"));
    expect(finish(documentOf(metadata).prepare()).hash).toBe(document.hash);
  },
);

test("the hash of a large document is made in steps, once", () => {
  const document = documentOf(Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, [at]])));
  const steps = document.prepare();
  let pauses = 0;
  while (steps.next().done !== true) pauses += 1;
  expect(pauses).toBeGreaterThan(100);
  expect(document.prepare().next().done).toBe(true);
});

test("a workflow has the hash that it had before there were scopes, waits and caches, so its stored runs can be resumed", () => {
  const tool = (id: string, fields: object = {}) => ({ id, type: "tool", toolName: "echo", ...fields });
  const { analyzed, issues } = analyzeBlueprint(
    {
      name: "earlier",
      settings: { maxConcurrency: 4 },
      nodes: [
        tool("a", { retryPolicy: { maxAttempts: 2 }, onError: { output: 1 } }),
        { id: "l", type: "loop", itemsSource: "[1, 2]", body: [tool("b", { toolArgs: { v: "{{ item }}" } })] },
        { id: "p", type: "parallel", branches: [[tool("c")], [tool("d")]], settle: "first" },
        { id: "c1", type: "condition", expression: "size(l) > 0", truePath: [tool("e")] },
      ],
      outputs: { all: "{{ p }}" },
    },
    { runtime },
  );
  expect(issues).toEqual([]);
  expect(runDocumentOf(analyzed!).hash).toBe("137078e95a2fe505d448525a702e1a4d75bf88de22596b34ee22d4125cb8f41b");
});
