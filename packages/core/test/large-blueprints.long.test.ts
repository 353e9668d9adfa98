import { expect, test } from "vitest";
import { z } from "zod";
import { analyzeBlueprint } from "../src/analysis/analyze-blueprint.ts";
import { builtinNodes } from "../src/nodes/builtin-nodes.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { defineTool } from "../src/tools/define-tool.ts";
import { cpuTimeMs } from "./cpu-time.ts";
import { largeBlueprints } from "./large-blueprints.ts";

test.each(largeBlueprints(100_000))("100,000 nodes: %s, without overflow or quadratic time", (_name, nodes) => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  const echo = defineTool({ name: "echo", args: z.record(z.string(), z.unknown()), run: () => null });
  runtime.tools.register("echo", echo as never);
  const started = cpuTimeMs();
  const { issues } = analyzeBlueprint({ name: "w", nodes }, { runtime, limits: { maxNodes: 1_000_000 } });
  expect(issues).toEqual([]);
  expect(cpuTimeMs() - started).toBeLessThan(25_000);
});
