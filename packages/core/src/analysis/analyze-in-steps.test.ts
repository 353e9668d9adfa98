import { expect, test } from "vitest";
import { z } from "zod";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { finish } from "../time/steps.ts";
import { defineTool } from "../tools/define-tool.ts";
import { analyzeInSteps, type AnalysisResult } from "./analyze-blueprint.ts";

const runtime = createRuntime();
for (const [type, definition] of Object.entries(builtinNodes))
  runtime.nodes.register(type, { definition, execute: () => null });
runtime.tools.register("echo", defineTool({ name: "echo", args: z.unknown(), run: () => null }) as never);

/** A step may take 4 ms on top of a slice that is over; garbage is collected in some. */
const longestMs = 60 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

const many = <T>(length: number, entry: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => entry(index));
const fields = <T>(length: number, value: (index: number) => T): Record<string, T> =>
  Object.fromEntries(many(length, (index) => [`k${index}`, value(index)]));
const echo = (id: string, toolArgs: object = {}, more: object = {}): object => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs,
  ...more,
});

/** Some 0.3 to 1 MB each; in one piece they took from 100 ms to seconds. */
const hostile: Readonly<Record<string, object>> = {
  "nodes of many kinds of mistakes": {
    nodes: many(3000, (at) =>
      at % 2 === 0
        ? { id: `n${at}`, type: "tol", dependencies: [`m${at}`] }
        : echo(`n${at}`, { x: `{{ x${at} == }}`, y: `{{ y${at} }}` }, { when: `z${at} ==` }),
    ),
  },
  "entries that are no nodes": { nodes: many(200_000, () => 1) },
  "unknown fields": { nodes: [echo("a")], ...fields(40_000, () => 1) },
  "unknown fields of a node": {
    nodes: [
      echo(
        "a",
        {},
        fields(40_000, () => 1),
      ),
    ],
  },
  "templates that do not compile, in one field": { nodes: [echo("a", { list: many(10_000, () => "{{ a = }}") })] },
  "templates in one text": { nodes: [echo("a", { text: "{{ b }} ".repeat(20_000) })] },
  "arguments with many keys": {
    nodes: [
      echo(
        "a",
        fields(100_000, (at) => (at % 10 === 0 ? "{{ 1 }}" : at)),
      ),
    ],
  },
  "declared inputs": { nodes: [echo("a")], inputs: { type: "object", properties: fields(80_000, () => ({})) } },
  "a schema of keywords that are unknown": { nodes: [echo("a")], inputs: fields(80_000, () => 1) },
  "declared outputs": { nodes: [echo("a")], outputs: fields(10_000, (at) => `{{ b${at} }}`) },
  metadata: { nodes: [echo("a")], metadata: fields(40_000, () => 1) },
  "lists in lists": { nodes: [echo("a", { list: many(200_000, () => []) })] },
  "dependencies that are no texts": { nodes: [echo("a", {}, { dependencies: many(200_000, () => 1) })] },
  "unknown dependencies": { nodes: [echo("a", {}, { dependencies: many(9000, (at) => `m${at}`) })] },
  "ids, none of them valid": { nodes: many(9000, (at) => echo(`-${at}`)) },
};

function run(blueprint: object): AnalysisResult & { readonly longest: number; readonly took: number } {
  const steps = analyzeInSteps({ name: "w", ...blueprint }, { runtime });
  let longest = 0;
  const began = cpuTimeMs();
  for (;;) {
    const started = cpuTimeMs();
    const step = steps.next();
    longest = Math.max(longest, cpuTimeMs() - started);
    if (step.done === true) return { ...step.value, longest, took: cpuTimeMs() - began };
  }
}

test.each(Object.keys(hostile))("%s are looked at in small steps", { timeout: 120_000 }, (name) => {
  run({ nodes: [echo("a", { b: "{{ c.d }}" })] }); // schemas and parsers are compiled at their first use
  expect(run(hostile[name]!).longest).toBeLessThan(longestMs);
});

test("thousands of back edges are folded in about linear time, in small steps", { timeout: 120_000 }, () => {
  const nodes = many(3000, (at) => [
    {
      id: `head${at}`,
      type: "recursive",
      recursiveSources: [`source${at}`],
      convergenceCondition: "true",
      dependencies: at === 0 ? [] : [`head${at - 1}`],
    },
    echo(`source${at}`, {}, { dependencies: [`head${at}`] }),
  ]).flat();
  const { issues, analyzed, longest, took } = run({ nodes });
  expect(issues).toEqual([]);
  expect(analyzed!.nodes.nodes).toHaveLength(3000);
  expect(longest).toBeLessThan(longestMs);
  expect(took).toBeLessThan(3000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
});

test("an entry that is not a node does not hide issues of the others", () => {
  const paths = { id: "b", type: "condition", expression: "true", truePath: [[]], dependencies: ["c"] };
  const { issues } = finish(analyzeInSteps({ name: "w", nodes: [1, echo("a"), null, paths] }, { runtime }));
  expect(issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
    "/nodes/0 expected a node (an object with id and type)",
    "/nodes/2 expected a node (an object with id and type)",
    "/nodes/3/truePath/0 expected a node (an object with id and type)",
    '/nodes/3/dependencies/0 node "b" depends on "c", which is not a sibling of it',
  ]);
});
