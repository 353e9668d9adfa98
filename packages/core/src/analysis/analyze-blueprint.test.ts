import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { largeBlueprints } from "../../test/large-blueprints.ts";
import { blueprintJsonSchema, nodeJsonSchema } from "../blueprint/blueprint-json-schema.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { defineNode } from "../nodes/define-node.ts";
import { registerNode } from "../runtime/register-node.ts";
import { createRuntime, type Runtime } from "../runtime/runtime.ts";
import type { BlueprintLoader } from "../services/blueprint-loader.ts";
import { defineTool } from "../tools/define-tool.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";
import { findCycle } from "./graph.ts";

const runtimeOf = (more: (runtime: Runtime) => void = () => {}): Runtime => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  const tools = [
    defineTool({ name: "echo", args: z.record(z.string(), z.unknown()), run: (args) => args as never }),
    defineTool({
      name: "sum",
      args: z.strictObject({ a: z.number(), b: z.number().default(1) }),
      output: z.object({ total: z.number() }),
      run: () => ({ total: 0 }),
    }),
  ];
  for (const tool of tools) runtime.tools.register(tool.name, tool as never);
  runtime.agents.register("writer", { name: "writer", description: "", tools: [], run: () => "" });
  more(runtime);
  return runtime;
};
const echo = (id: string, toolArgs: object = {}, more: object = {}) => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs,
  ...more,
});
const after = (...dependencies: string[]) => ({ dependencies });
const issuesOf = (
  nodes: unknown,
  { runtime = runtimeOf(), ...rest }: { runtime?: Runtime; [field: string]: unknown } = {},
) => analyzeBlueprint({ name: "w", nodes, ...rest }, { runtime }).issues;
const dependenciesOf = (nodes: unknown[], more: object = {}): Record<string, string[]> => {
  const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes, ...more }, { runtime: runtimeOf() });
  expect(issues).toEqual([]);
  const list = analyzed!.nodes.nodes;
  return Object.fromEntries(
    list.map(({ node, dependencies }) => [node.id, dependencies.map((at) => list[at]!.node.id)]),
  );
};

describe("issues, each with its place and what to do", () => {
  test.each<[string, unknown, object]>([
    ...["nodes[1]", "nodes[1].x", 'nodes["a b"]', "nodes[?1].hasValue()"].map((source): [string, unknown, object] => [
      `\`${source}\` names no node`,
      [echo("fetch"), echo("b", { x: `{{ ${source} }}` })],
      {
        code: "ICE_EXPRESSION_SCOPE",
        message: `\`nodes\` is a map by the ids of nodes, and ${source.includes("1") ? "1" : '"a b"'} is no id`,
        fix: "write the id of a node: `nodes.fetch`",
      },
    ]),
    [
      "unknown dependency",
      [echo("fetch"), echo("b", {}, after("fetchh"))],
      { code: "ICE_DEPENDENCY_UNKNOWN", nodeId: "b", path: "/nodes/1/dependencies/0", fix: 'did you mean "fetch"?' },
    ],
    ["itself", [echo("a", {}, after("a"))], { code: "ICE_DEPENDENCY_SELF", path: "/nodes/0/dependencies/0" }],
    [
      "a node inside a container",
      [{ id: "l", type: "loop", itemsSource: "[1]", body: [echo("x")] }, echo("b", {}, after("x"))],
      { code: "ICE_DEPENDENCY_UNKNOWN", message: expect.stringContaining('inside "l"') },
    ],
    [
      "a cycle",
      [echo("a", {}, after("c")), echo("b", {}, after("a")), echo("c", {}, after("b"))],
      { code: "ICE_GRAPH_CYCLE", message: expect.stringMatching(/a → b → c → a|b → c → a → b|c → a → b → c/) },
    ],
    ["the same id twice", [echo("a"), echo("a")], { code: "ICE_NODE_ID_DUPLICATE", path: "/nodes/1/id" }],
    [
      "an id of an enclosing scope, later in the list",
      [{ id: "l", type: "loop", itemsSource: "[1]", body: [echo("a")] }, echo("a")],
      { code: "ICE_NODE_ID_DUPLICATE", path: "/nodes/0/body/0/id" },
    ],
    [
      "an id in two branches",
      [{ id: "p", type: "parallel", branches: [[echo("a")], [echo("a")]] }],
      { code: "ICE_NODE_ID_DUPLICATE", path: "/nodes/0/branches/1/0/id" },
    ],
    ["no identifier", [echo("a-b")], { code: "ICE_NODE_ID_INVALID", path: "/nodes/0/id" }],
    ["a look-alike", [echo("аdmin")], { code: "ICE_NODE_ID_INVALID" }],
    ["a reserved id", [echo("inputs")], { code: "ICE_NODE_ID_INVALID" }],
    ["a CEL type", [echo("string")], { code: "ICE_NODE_ID_INVALID" }],
    [
      "a chosen name that is reserved",
      [{ id: "l", type: "loop", itemsSource: "[1]", itemVar: "inputs", body: [echo("x")] }],
      { code: "ICE_NODE_ID_INVALID" },
    ],
    [
      "a chosen name that a node has",
      [echo("row"), { id: "l", type: "loop", itemsSource: "[1]", itemVar: "row", body: [echo("x")] }],
      { code: "ICE_NODE_ID_INVALID" },
    ],
    [
      "unknown type",
      [{ id: "a", type: "tol" }],
      { code: "ICE_NODE_TYPE_UNKNOWN", path: "/nodes/0/type", fix: 'did you mean "tool"?' },
    ],
    ["no type", [{ id: "a" }], { code: "ICE_BLUEPRINT_SCHEMA", message: "missing field `type`" }],
    ["no id", [{ type: "tool", toolName: "echo" }], { code: "ICE_BLUEPRINT_SCHEMA", message: "missing field `id`" }],
    [
      "a missing field",
      [{ id: "a", type: "tool" }],
      {
        code: "ICE_BLUEPRINT_SCHEMA",
        path: "/nodes/0/toolName",
        message: "missing field `toolName`",
        fix: "add `toolName`",
      },
    ],
    [
      "a field of the wrong shape",
      [echo("a", {}, { timeoutSeconds: -1 })],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/timeoutSeconds" },
    ],
    [
      "a wrong join",
      [echo("a", {}, { join: "some" })],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/join", message: expect.stringContaining("all") },
    ],
    [
      "a nested unknown field",
      [echo("a", {}, { retryPolicy: { maxAttempt: 2 } })],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/retryPolicy/maxAttempt" },
    ],
    [
      "inputSchema where there is no input",
      [{ id: "l", type: "loop", itemsSource: "[1]", body: [echo("x")], inputSchema: {} }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/inputSchema" },
    ],
    [
      "a schema that is not enforced",
      [echo("a", {}, { outputSchema: { type: "object", not: {} } })],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/outputSchema/not" },
    ],
    [
      "an expression that does not parse",
      [echo("a", { deep: ["{{ 1 + }}"] })],
      { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/toolArgs/deep/0" },
    ],
    [
      "an expression that is too large",
      [echo("a", {}, { when: "1+".repeat(50) + "1 == 1" })],
      { code: "ICE_EXPRESSION_LIMIT", path: "/nodes/0/when" },
    ],
    [
      "a condition that can never be a boolean",
      [echo("a", {}, { when: "5" })],
      {
        code: "ICE_EXPRESSION_INVALID",
        nodeId: "a",
        path: "/nodes/0/when",
        message: "`when`: It must give a boolean, but `5` always gives an integer.",
        fix: expect.stringContaining("compare it"),
      },
    ],
    [
      "items that can never be a list",
      [{ id: "l", type: "loop", itemsSource: "'abc'", body: [echo("x")] }],
      { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/itemsSource", fix: "name a list" },
    ],
    [
      "an end of a loop that can never be a boolean",
      [{ id: "l", type: "loop", itemsSource: "[1]", until: "size(x.rows)", body: [echo("x")] }],
      { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/until" },
    ],
    [
      "an end of a recursion that can never be a boolean",
      [{ id: "r", type: "recursive", body: [echo("x")], convergenceCondition: "{'done': true}" }],
      { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/convergenceCondition" },
    ],
    [
      "a name that is not there",
      [echo("fetch"), echo("b", { x: "{{ fetchh.y }}" })],
      { code: "ICE_EXPRESSION_SCOPE", nodeId: "b", path: "/nodes/1/toolArgs/x", fix: 'did you mean "fetch"?' },
    ],
    [
      "the same through nodes",
      [echo("fetch"), echo("b", { x: "{{ nodes.?fetchh }}" })],
      { code: "ICE_EXPRESSION_SCOPE", fix: 'did you mean "fetch"?' },
    ],
    [
      "a nested node from outside",
      [{ id: "l", type: "loop", itemsSource: "[1]", body: [echo("x")] }, echo("b", { x: "{{ x.y }}" })],
      { code: "ICE_EXPRESSION_SCOPE", message: expect.stringContaining('inside "l"') },
    ],
    ["its own output", [echo("a", { x: "{{ a.y }}" })], { code: "ICE_EXPRESSION_SCOPE" }],
    [
      "its container",
      [{ id: "l", type: "loop", itemsSource: "[1]", body: [echo("x", { y: "{{ l }}" })] }],
      { code: "ICE_EXPRESSION_SCOPE" },
    ],
    ["secrets", [echo("a", { x: "{{ secrets.key }}" })], { code: "ICE_EXPRESSION_SCOPE" }],
    ["item outside a loop", [echo("a", { x: "{{ item }}" })], { code: "ICE_EXPRESSION_SCOPE" }],
    ["what run does not have", [echo("a", { x: "{{ run.name }}" })], { code: "ICE_EXPRESSION_SCOPE" }],
    ["error outside onError", [echo("a", { x: "{{ error.code }}" })], { code: "ICE_EXPRESSION_SCOPE" }],
    [
      "a metric that is not there",
      [echo("a"), { id: "m", type: "monitor", metricExpression: "metrics.nodesFaild > 0", actionOnTrigger: "alert" }],
      {
        code: "ICE_EXPRESSION_SCOPE",
        nodeId: "m",
        path: "/nodes/1/metricExpression",
        fix: 'did you mean "nodesFailed"?',
      },
    ],
    [
      "what an error does not have",
      [echo("a", {}, { onError: { output: "{{ error.mesage }}" } })],
      { code: "ICE_EXPRESSION_SCOPE", path: "/nodes/0/onError/output", fix: 'did you mean "message"?' },
    ],
    [
      "unknown tool",
      [{ id: "a", type: "tool", toolName: "ecko" }],
      { code: "ICE_TOOL_UNKNOWN", path: "/nodes/0/toolName", fix: 'did you mean "echo"?' },
    ],
    [
      "literal arguments of the wrong type",
      [{ id: "a", type: "tool", toolName: "sum", toolArgs: { a: "x" } }],
      { code: "ICE_TOOL_ARGS", path: "/nodes/0/toolArgs/a" },
    ],
    [
      "an argument that is not there",
      [{ id: "a", type: "tool", toolName: "sum", toolArgs: { a: 1, bb: 2 } }],
      { code: "ICE_TOOL_ARGS", path: "/nodes/0/toolArgs/bb", fix: 'did you mean "b"?' },
    ],
    [
      "a missing argument",
      [{ id: "a", type: "tool", toolName: "sum", toolArgs: { b: "{{ 1 }}" } }],
      { code: "ICE_TOOL_ARGS", message: 'tool "sum": missing field `a`' },
    ],
    [
      "unknown agent",
      [{ id: "a", type: "agent", package: "writr" }],
      { code: "ICE_AGENT_UNKNOWN", path: "/nodes/0/package", fix: 'did you mean "writer"?' },
    ],
    [
      "unknown agent in a swarm",
      [
        {
          id: "s",
          type: "swarm",
          task: 1,
          coordinationStrategy: "consensus",
          agents: [
            { package: "writer", role: "a" },
            { package: "x", role: "b" },
          ],
        },
      ],
      { code: "ICE_AGENT_UNKNOWN", path: "/nodes/0/agents/1/package" },
    ],
    [
      "roles that are not unique",
      [
        {
          id: "s",
          type: "swarm",
          task: 1,
          coordinationStrategy: "consensus",
          agents: [
            { package: "writer", role: "a" },
            { package: "writer", role: "a" },
          ],
        },
      ],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/agents" },
    ],
    [
      "an inline agent without models",
      [{ id: "a", type: "agent", model: "x/y", tools: ["nope"] }],
      { code: "ICE_SERVICE_MISSING", path: "/nodes/0/model" },
    ],
    ["an agent of neither kind", [{ id: "a", type: "agent" }], { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0" }],
    [
      "an agent of both kinds",
      [{ id: "a", type: "agent", package: "writer", system: "x" }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/system" },
    ],
    [
      "unknown workflow",
      [{ id: "s", type: "workflow", workflowRef: "other" }],
      { code: "ICE_WORKFLOW_UNKNOWN", path: "/nodes/0/workflowRef" },
    ],
    [
      "a workflow file, named by a blueprint that comes from no file",
      [{ id: "s", type: "workflow", workflowRef: "./x.yaml" }],
      { code: "ICE_FILE_DENIED", path: "/nodes/0/workflowRef" },
    ],
    [
      "until with parallel",
      [{ id: "l", type: "loop", itemsSource: "[1]", parallel: true, until: "true", body: [echo("x")] }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/until" },
    ],
    [
      "one name for item and index",
      [{ id: "l", type: "loop", itemsSource: "[1]", itemVar: "x", indexVar: "x", body: [echo("a")] }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/indexVar" },
    ],
    [
      "settle out of reach",
      [{ id: "p", type: "parallel", settle: { atLeast: 2 }, branches: [[echo("x")]] }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/settle" },
    ],
    [
      "nothing to repeat",
      [{ id: "r", type: "recursive", convergenceCondition: "true" }],
      { code: "ICE_BLUEPRINT_SCHEMA" },
    ],
    [
      "two things to repeat",
      [{ id: "r", type: "recursive", convergenceCondition: "true", agentPackage: "writer", body: [echo("x")] }],
      { code: "ICE_BLUEPRINT_SCHEMA" },
    ],
    [
      "inputs without a workflow",
      [{ id: "r", type: "recursive", convergenceCondition: "true", body: [echo("x")], inputs: {} }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/inputs" },
    ],
    [
      "a choice of one",
      [{ id: "h", type: "human", promptMessage: "?", approvalType: "choice", choices: ["a"] }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/choices" },
    ],
    [
      "choices without a choice",
      [{ id: "h", type: "human", promptMessage: "?", approvalType: "approval", choices: ["a", "b"] }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/choices" },
    ],
    [
      "a response schema without input",
      [{ id: "h", type: "human", promptMessage: "?", approvalType: "approval", responseSchema: {} }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/responseSchema" },
    ],
    [
      "code without code",
      [{ id: "c", type: "code", language: "javascript" }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/code" },
    ],
    [
      "a component with code",
      [{ id: "c", type: "code", language: "component", component: "x", code: "1" }],
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/code" },
    ],
    [
      "a granted tool that is not there",
      [{ id: "c", type: "code", language: "javascript", code: "1", grants: { tools: ["ech"] } }],
      { code: "ICE_TOOL_UNKNOWN", path: "/nodes/0/grants/tools/0" },
    ],
    [
      "inside containers, with the pointer",
      [{ id: "c", type: "condition", expression: "true", truePath: [echo("x", {}, after("y"))] }],
      { code: "ICE_DEPENDENCY_UNKNOWN", path: "/nodes/0/truePath/0/dependencies/0" },
    ],
  ])("%s", (_name, nodes, issue) => {
    expect(issuesOf(nodes)).toContainEqual(expect.objectContaining({ severity: "error", ...issue }));
  });

  test("a misspelt field is one issue, with what was meant", () => {
    expect(issuesOf([{ id: "a", type: "tool", toolNam: "echo" }])).toEqual([
      {
        code: "ICE_BLUEPRINT_SCHEMA",
        severity: "error",
        nodeId: "a",
        path: "/nodes/0/toolNam",
        message: "unknown field `toolNam`",
        fix: 'did you mean "toolName"?',
      },
    ]);
  });

  test("all issues at once, at most 100 and a word about the rest", () => {
    const issues = issuesOf(Array.from({ length: 150 }, (_, index) => echo(`n${index}`, {}, after("nobody"))));
    expect(issues).toHaveLength(100);
    expect(issues[99]!.message).toBe("51 more issues are not shown");
    expect(
      issuesOf([echo("a", {}, after("x")), echo("a"), { id: "b", type: "nope" }])
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(["ICE_DEPENDENCY_UNKNOWN", "ICE_NODE_ID_DUPLICATE", "ICE_NODE_TYPE_UNKNOWN"]);
  });

  test("an error behind a hundred warnings is shown, and makes the blueprint invalid", () => {
    const warned = Array.from({ length: 150 }, (_, index) =>
      echo(`n${index}`, {}, index === 0 ? {} : { join: { atLeast: 2 }, dependencies: ["n0"] }),
    );
    const { issues, analyzed } = analyzeBlueprint(
      { name: "w", nodes: [...warned, echo("last", {}, after("nobody"))] },
      { runtime: runtimeOf() },
    );
    expect(analyzed).toBeUndefined();
    expect(issues).toHaveLength(100);
    expect(issues.filter(({ code }) => code === "ICE_DEPENDENCY_UNKNOWN")).toHaveLength(1);
    expect(issues[99]).toMatchObject({ severity: "error", message: "51 more issues are not shown" });
  });

  test("unknown fields list those there are when no name is near, at any depth", () => {
    expect(issuesOf([echo("a", {}, { retryPolicy: { maxAttempts: 1, zzzzz: 1 } })])).toMatchObject([
      {
        path: "/nodes/0/retryPolicy/zzzzz",
        fix: expect.stringMatching(/^remove it, or use one of maxAttempts, backoffStrategy,/),
      },
    ]);
    expect(issuesOf([echo("a", {}, { retryPolicy: { maxAttempt: 1 } })])).toMatchObject([
      { path: "/nodes/0/retryPolicy/maxAttempt", fix: 'did you mean "maxAttempts"?' },
    ]);
    expect(issuesOf([echo("a")], { settings: { failurePolicy: "halt", budgets: {} } })).toMatchObject([
      { path: "/settings/budgets", fix: 'did you mean "budget"?' },
    ]);
  });

  test("an unknown workflow: what was meant, what is registered, or how a file is named", () => {
    const runtime = runtimeOf((own) => own.workflows.register({ name: "etl", version: "1.0.0", nodes: [] }));
    const fixOf = (workflowRef: string) => issuesOf([{ id: "w", type: "workflow", workflowRef }], { runtime })[0]!.fix;
    expect(fixOf("elt")).toBe('did you mean "etl"?');
    expect(fixOf("billing")).toContain("registered are etl@1.0.0");
    expect(fixOf("child.yaml")).toBe("to name a file, write its path from this file: ./child.yaml");
    expect(fixOf("parts\\child.json")).toContain("./parts/child.json");
  });

  test("a delay that the cap cuts is warned about", () => {
    const withPolicy = (retryPolicy: object) => issuesOf([echo("a", {}, { retryPolicy })]);
    expect(withPolicy({ backoffStrategy: "fixed", backoffSeconds: 3600 })).toMatchObject([
      {
        severity: "warning",
        path: "/nodes/0/retryPolicy/backoffSeconds",
        fix: "write maxBackoffSeconds: 3600 beside it",
      },
    ]);
    expect(withPolicy({ backoffSeconds: 3600, maxBackoffSeconds: 3600 })).toEqual([]);
    expect(withPolicy({ backoffSeconds: 60 })).toEqual([]);
  });

  test("an input that is nearly a declared one is warned about, though others are allowed", () => {
    const inputs = { type: "object", properties: { name: { type: "string" } } };
    const reading = (text: string, schema: object = inputs) => issuesOf([echo("a", { v: text })], { inputs: schema });
    const warning = {
      severity: "warning",
      code: "ICE_EXPRESSION_SCOPE",
      path: "/nodes/0/toolArgs/v",
      fix: 'did you mean "name"?',
    };
    expect(reading("{{ inputs.nam }}")).toMatchObject([warning]);
    expect(reading("{{ inputs.?nmae.orValue(1) }}", { ...inputs, additionalProperties: true })).toMatchObject([
      warning,
    ]);
    expect(reading("{{ inputs.name }} {{ inputs.unrelated }}")).toEqual([]);
    expect(reading("{{ inputs.nam }}", { ...inputs, additionalProperties: false })).toMatchObject([
      { severity: "error" },
    ]);
  });

  const huge = "y".repeat(900_000);
  test.each<[string, unknown, object?]>([
    ["a tool", [echo("a", {}, { toolName: huge })]],
    ["an id", [echo(huge)]],
    ["a type", [{ id: "a", type: huge }]],
    ["a dependency", [echo("a", {}, after(huge))]],
    ["a field", [echo("a", {}, { [huge]: 1 })]],
    ["a field of a field", [echo("a", {}, { retryPolicy: { [huge]: 1 } })]],
    ["an argument", [echo("a", { [huge]: 1 }, { toolName: "sum" })]],
    ["an expression", [echo("a", {}, { when: huge })]],
    ["a template", [echo("a", { [huge]: `{{ ${huge} }}` })]],
    ["a workflow", [{ id: "a", type: "workflow", workflowRef: huge }]],
    ["a file", [{ id: "a", type: "workflow", workflowRef: `./${huge}` }]],
    [
      "a watched node",
      [{ id: "m", type: "monitor", metricExpression: "true", watch: [huge], actionOnTrigger: "alert" }],
    ],
    [
      "a channel",
      [{ id: "m", type: "monitor", metricExpression: "true", alertChannels: [huge], actionOnTrigger: "alert" }],
    ],
    ["a source", [{ id: "r", type: "recursive", recursiveSources: [huge], convergenceCondition: "true" }]],
    ["a local", [{ id: "l", type: "loop", itemsSource: "[1]", itemVar: huge, body: [echo("b")] }]],
    ["a keyword", [echo("a", {}, { outputSchema: { [huge]: 1 } })]],
    ["a reference", [echo("a", {}, { outputSchema: { $ref: huge } })]],
    ["a version", [echo("a")], { schemaVersion: huge }],
    ["a name", [echo("a")], { name: huge }],
    ["a field of the blueprint", [echo("a")], { [huge]: 1 }],
    [
      "an input",
      [echo("a", { v: `{{ inputs["${"x".repeat(3000)}"] }}` })],
      { inputs: { type: "object", additionalProperties: false } },
    ],
    ["an output", [echo("a")], { outputs: { [huge]: "{{ b }}" } }],
    ["one of two equal ids", [{ id: "c", type: "condition", expression: huge, truePath: [echo(huge), echo(huge)] }]],
  ])("%s of 900 KB is not repeated", (_name, nodes, more = {}) => {
    const issues = issuesOf(nodes, more as never);
    expect(issues).not.toEqual([]);
    expect(JSON.stringify(issues).length).toBeLessThan(6000);
  });

  test("ten thousand unknown names are answered at once", () => {
    const id = (index: number): string => `n${String(index).padStart(63, "x")}`;
    const started = cpuTimeMs();
    const nodes = Array.from({ length: 1000 }, (_, index) => echo(id(index)));
    const unknown = Array.from({ length: 10_000 }, (_, index) => id(index + 5000));
    expect(issuesOf([...nodes, echo("z", {}, after(...unknown))])).toHaveLength(100);
    expect(cpuTimeMs() - started).toBeLessThan(3000);
  });

  test("every expression of a field that does not compile, and what the others read", () => {
    const args = { a: "{{ 1 + }} and {{ nofun(1) }}", b: ["{{ nobody }}", "{{ 2 * }}"], c: "{{ open" };
    const issues = issuesOf([echo("n", args)]).map(({ code, path }) => `${code} ${path}`);
    expect(issues.toSorted()).toEqual([
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/a",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/a",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/b/1",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/c",
      "ICE_EXPRESSION_SCOPE /nodes/0/toolArgs/b/0",
    ]);
    const exposed = { x: "output.", y: "output.b", z: "(" };
    const child = { id: "w", type: "workflow", workflowRef: "nobody", exposedOutputs: exposed };
    expect(issuesOf([child]).filter(({ code }) => code === "ICE_EXPRESSION_INVALID")).toMatchObject([
      { path: "/nodes/0/exposedOutputs/x" },
      { path: "/nodes/0/exposedOutputs/z" },
    ]);
  });

  test("a template that does not compile is no wrong argument besides", () => {
    expect(issuesOf([{ id: "s", type: "tool", toolName: "sum", toolArgs: { a: "{{ 1 + }}" } }])).toMatchObject([
      { code: "ICE_EXPRESSION_INVALID" },
    ]);
  });

  test.each(["a.ok", "a.?ok", "a.?ok.orValue(false)", "a.n > 1", "a.x ? a.y : false", "dyn(1)", "true"])(
    "a condition that may be a boolean is left to the run: %s",
    (when) => {
      expect(issuesOf([echo("a"), echo("b", {}, { when })])).toEqual([]);
    },
  );

  test("a node that cannot be parsed is no unknown dependency besides", () => {
    expect(issuesOf([{ id: "a", type: "tool" }, echo("b", { x: "{{ a.y }}" }, after("a"))])).toHaveLength(1);
  });

  test("a join that can never hold is a warning", () => {
    const { issues, analyzed } = analyzeBlueprint(
      { name: "w", nodes: [echo("a"), echo("b", {}, { ...after("a"), join: { atLeast: 2 } })] },
      { runtime: runtimeOf() },
    );
    expect(issues).toMatchObject([{ code: "ICE_JOIN_IMPOSSIBLE", severity: "warning", path: "/nodes/1/join" }]);
    expect(analyzed).toBeDefined();
  });

  test.each<[object, object[]]>([
    [{ onTimeout: "reject" }, [{ severity: "warning", path: "/nodes/0/onTimeout", fix: "add `timeoutSeconds`" }]],
    [{ onTimeout: { escalateTo: "boss", timeoutSeconds: 60 } }, [{ severity: "warning" }]],
    [{ onTimeout: "reject", timeoutSeconds: 60 }, []],
    [{ onTimeout: "fail" }, []],
  ])("what a missed deadline does is worth a warning when there is none: %j", (fields, warnings) => {
    const runtime = runtimeOf((made) => made.provide({ name: "humanTaskService" }, 1));
    const human = { id: "h", type: "human", promptMessage: "?", approvalType: "approval", ...fields };
    expect(issuesOf([human], { runtime })).toMatchObject(warnings);
    expect(issuesOf([human], { runtime })).toHaveLength(warnings.length);
  });

  test.each(["llm", "human", "code"])(
    "%s is refused while its service is missing, and accepted when it is there",
    (type) => {
      const fields = {
        llm: { model: "a/b", prompt: "?" },
        human: { promptMessage: "?", approvalType: "approval" },
        code: { language: "javascript", code: "1" },
      }[type];
      const [need] = builtinNodes[type as "llm"].needs;
      expect(issuesOf([{ id: "a", type, ...fields }])).toMatchObject([
        { code: "ICE_SERVICE_MISSING", path: "/nodes/0/type" },
      ]);
      expect(
        issuesOf([{ id: "a", type, ...fields }], {
          runtime: runtimeOf((runtime) => runtime.provide(need!, 1)),
        }),
      ).toEqual([]);
    },
  );
});

describe("the envelope", () => {
  const envelope = (more: unknown) => analyzeBlueprint(more, { runtime: runtimeOf() }).issues;
  test.each<[unknown, object]>([
    [1, { code: "ICE_BLUEPRINT_SCHEMA", path: "" }],
    [{ name: "w" }, { path: "/nodes", message: "missing field `nodes`" }],
    [{ name: "w", nodes: [] }, { path: "/nodes" }],
    [{ name: "a b", nodes: [echo("a")] }, { path: "/name" }],
    [{ name: "w", version: "one", nodes: [echo("a")] }, { path: "/version" }],
    [
      { name: "w", nodes: [echo("a")], outputz: {} },
      { path: "/outputz", fix: 'did you mean "outputs"?' },
    ],
    [{ name: "w", nodes: [echo("a")], inputs: { type: "string" } }, { path: "/inputs/type" }],
    [{ name: "w", nodes: [echo("a")], inputs: { typ: 1 } }, { path: "/inputs/typ" }],
    [
      { name: "w", nodes: [echo("a")], outputs: { n: "{{ b.x }}" } },
      { code: "ICE_EXPRESSION_SCOPE", path: "/outputs/n" },
    ],
    [
      { name: "w", nodes: [echo("a")], outputs: { n: "{{ 1 + }}" } },
      { code: "ICE_EXPRESSION_INVALID", path: "/outputs/n" },
    ],
    [
      { schemaVersion: "ice/v9", name: "w", nodes: [echo("a")] },
      { code: "ICE_SCHEMA_VERSION", path: "/schemaVersion" },
    ],
    [
      { name: "w", nodes: [echo("a", { f: () => 1 })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/f" },
    ],
    [
      { name: "w", nodes: [echo("a", { n: Number.NaN })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/n" },
    ],
    [
      { name: "w", nodes: [echo("a", { constructor: 1 })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/constructor" },
    ],
  ])("%j", (blueprint, issue) => {
    expect(envelope(blueprint)).toContainEqual(expect.objectContaining(issue));
  });

  test("a file needs its schemaVersion; an object of the program does not", () => {
    const nodes = [echo("a")];
    expect(analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), base: "/w.yaml" }).issues).toMatchObject([
      { code: "ICE_SCHEMA_VERSION" },
    ]);
    expect(analyzeBlueprint({ name: "w", nodes, description: undefined }, { runtime: runtimeOf() }).issues).toEqual([]);
  });

  test("a wrong envelope does not hide what is wrong with the nodes", () => {
    expect(envelope({ name: "a b", nodes: [echo("a", {}, after("x"))] }).map(({ code }) => code)).toEqual([
      "ICE_BLUEPRINT_SCHEMA",
      "ICE_DEPENDENCY_UNKNOWN",
    ]);
  });

  test("depth and number of nodes are bounded, by the owner's limits", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = { a: deep };
    expect(envelope({ name: "w", nodes: [echo("a")], metadata: deep })).toMatchObject([
      { code: "ICE_BLUEPRINT_LIMIT" },
    ]);
    const nodes = Array.from({ length: 20 }, (_, index) => echo(`n${index}`));
    expect(
      analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), limits: { maxNodes: 10 } }).issues,
    ).toMatchObject([{ code: "ICE_BLUEPRINT_LIMIT", path: "/nodes/10" }]);
  });

  test("nothing of the author's object is frozen or changed", () => {
    const nodes = [echo("a", { list: [1] })];
    expect(envelope({ name: "w", nodes })).toEqual([]);
    expect(Object.isFrozen(nodes[0]!.toolArgs)).toBe(false);
  });
});

describe("names", () => {
  test("siblings in expressions become dependencies, whatever the form and the order of the list", () => {
    expect(
      dependenciesOf([
        echo("e", { x: "{{ a.v }} {{ nodes.b }} {{ nodes.?c.orValue(1) }} {{ nodes['d'] }}" }),
        echo("a"),
        echo("b"),
        echo("c"),
        echo("d", {}, { when: "has(nodes.a)" }),
        echo("f", {}, { onError: { output: "{{ a.v }} {{ error.message }}" } }),
        echo("g", { x: "{{ nodes[inputs.k] }}" }),
      ]),
    ).toEqual({ e: ["a", "b", "c", "d"], a: [], b: [], c: [], d: ["a"], f: ["a"], g: [] });
  });

  test("a container inherits what its children read outside, at any depth", () => {
    expect(
      dependenciesOf([
        echo("a"),
        echo("b"),
        {
          id: "outer",
          type: "loop",
          itemsSource: "a.rows",
          body: [
            {
              id: "inner",
              type: "loop",
              itemsSource: "item",
              itemVar: "cell",
              body: [echo("x", { v: "{{ cell + item + index + b.v }}" })],
              itemOutput: "{{ x.v }}",
            },
          ],
          itemOutput: "{{ inner }}",
        },
      ]),
    ).toEqual({ a: [], b: [], outer: ["a", "b"] });
  });

  test("names bound by a comprehension are no references", () => {
    expect(dependenciesOf([echo("x"), echo("b", { v: "{{ inputs.l.map(x, x + 1) }}" })])).toEqual({ x: [], b: [] });
  });

  test.each<[string, unknown[], boolean]>([
    [
      "outputSchema",
      [
        echo("a", {}, { outputSchema: { type: "object", properties: { count: {} }, additionalProperties: false } }),
        echo("b", { x: "{{ a.cuont }}" }),
      ],
      false,
    ],
    [
      "an optional part",
      [
        echo("a", {}, { outputSchema: { type: "object", properties: { count: {} }, additionalProperties: false } }),
        echo("b", { x: "{{ a.?cuont.orValue(1) }} {{ has(a.x) }}" }),
      ],
      true,
    ],
    [
      "the output of a tool",
      [{ id: "a", type: "tool", toolName: "sum", toolArgs: { a: 1 } }, echo("b", { x: "{{ a.totl }}" })],
      false,
    ],
    [
      "the output of a type",
      [{ id: "c", type: "condition", expression: "true", truePath: [echo("x")] }, echo("b", { v: "{{ c.brunch }}" })],
      false,
    ],
    [
      "a path into the output of a type",
      [
        { id: "c", type: "condition", expression: "true", truePath: [echo("x")] },
        echo("b", { v: "{{ c.nodes.x.y }}" }),
      ],
      true,
    ],
    [
      "a fallback may have another shape",
      [
        { id: "a", type: "tool", toolName: "sum", toolArgs: { a: 1 }, onError: { output: { other: 1 } } },
        echo("b", { x: "{{ a.other }}" }),
      ],
      true,
    ],
  ])("paths are checked against %s", (_name, nodes, valid) => {
    expect(issuesOf(nodes).map(({ code }) => code)).toEqual(valid ? [] : ["ICE_EXPRESSION_SCOPE"]);
  });

  test("inputs are checked against their schema", () => {
    const inputs = { type: "object", properties: { day: { type: "string" } }, additionalProperties: false };
    expect(issuesOf([echo("a", { x: "{{ inputs.dya }}" })], { inputs })).toMatchObject([
      { code: "ICE_EXPRESSION_SCOPE", fix: 'did you mean "day"?' },
    ]);
  });
});

describe("back edges", () => {
  const draft = (more: object = {}) => ({
    id: "draft",
    type: "recursive",
    recursiveSources: ["review"],
    convergenceCondition: "state.ok",
    ...more,
  });
  test("all nodes on a way to a source become the body", () => {
    const { analyzed, issues } = analyzeBlueprint(
      {
        name: "w",
        nodes: [
          draft(),
          echo("edit", {}, after("draft")),
          echo("review", { x: "{{ edit.y }} {{ state }}" }),
          echo("side", {}, after("draft")),
          echo("end", { x: "{{ draft.output }}" }),
        ],
      },
      { runtime: runtimeOf() },
    );
    expect(issues).toEqual([]);
    const [head, ...rest] = analyzed!.nodes.nodes;
    expect(head!.children.get("body")!.nodes.map(({ node, pointer }) => [node.id, pointer])).toEqual([
      ["edit", "/nodes/1"],
      ["review", "/nodes/2"],
    ]);
    expect(rest.map(({ node }) => node.id)).toEqual(["side", "end"]);
  });

  test("a cycle through a declared back edge is accepted", () => {
    expect(issuesOf([draft({ dependencies: ["review"] }), echo("review", {}, after("draft"))])).toEqual([]);
  });

  test("what a node of the body depends on besides becomes a dependency of the head, and its join counts it as completed", () => {
    const nodes = [
      echo("setup"),
      draft(),
      echo("edit", {}, { dependencies: ["draft", "setup"], join: { atLeast: 2 } }),
      echo("review", {}, { dependencies: ["setup", "edit"], join: { atLeast: 2 } }),
    ];
    const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf() });
    expect(issues).toEqual([]);
    const [, head] = analyzed!.nodes.nodes;
    expect(head!.dependencies).toEqual([0]);
    expect(head!.children.get("body")!.nodes.map(({ node, dependencies }) => [dependencies, node.join])).toEqual([
      [[], { atLeast: 1 }],
      [[0], { atLeast: 1 }],
    ]);
    expect(issuesOf([draft(), echo("review", {}, after("draft", "nobody"))])).toMatchObject([
      { code: "ICE_DEPENDENCY_UNKNOWN", nodeId: "review" },
    ]);
  });

  test("a node elsewhere that names a folded one is told to use the output", () => {
    const nodes = [draft(), echo("review", {}, after("draft"))];
    expect(issuesOf([...nodes, echo("x", { v: "{{ review.y }}" })])).toMatchObject([
      { code: "ICE_EXPRESSION_SCOPE", fix: "read the output of `draft`" },
    ]);
    expect(issuesOf([...nodes, echo("x", {}, after("review"))])).toMatchObject([
      { code: "ICE_DEPENDENCY_UNKNOWN", fix: 'depend on "draft", and read its output' },
    ]);
  });

  test.each<[unknown[], object]>([
    [
      [draft({ recursiveSources: ["nobody"] })],
      { code: "ICE_DEPENDENCY_UNKNOWN", path: "/nodes/0/recursiveSources/0" },
    ],
    [[draft({ recursiveSources: ["draft"] })], { code: "ICE_DEPENDENCY_SELF" }],
    [
      [draft(), echo("review")],
      { code: "ICE_DEPENDENCY_UNKNOWN", message: expect.stringContaining("does not come after") },
    ],
  ])("%#: a source that cannot loop back", (nodes, issue) => {
    expect(issuesOf(nodes)).toContainEqual(expect.objectContaining(issue));
  });
});

describe("sub-workflows", () => {
  const child = { schemaVersion: "ice/v1", name: "child", nodes: [echo("x")] };
  const sub = (workflowRef: string) => ({ id: "s", type: "workflow", workflowRef });
  const loader = (files: Record<string, unknown>): BlueprintLoader => ({
    locate: (ref) => ref.replace(/^(?:\.\/)+/, "./"),
    load: (ref) =>
      Object.hasOwn(files, ref)
        ? { ok: true, base: ref, data: files[ref] }
        : {
            ok: false,
            issues: [{ code: "ICE_WORKFLOW_UNKNOWN", severity: "error", path: "", message: `no ${ref}`, fix: "check" }],
          },
  });
  const analyze = (nodes: unknown[], files: Record<string, unknown>) =>
    analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf((runtime) => runtime.workflows.register(child as never)),
        loader: loader(files),
        base: "/w",
      },
    );

  test("each is read once, by name or file, also one that calls itself", () => {
    const self = { ...child, name: "self", nodes: [{ ...sub("./self.yaml"), when: "false" }] };
    const { issues, analyzed } = analyze(
      [sub("child"), { ...sub("child@0.0.0"), id: "t" }, { ...sub("./self.yaml"), id: "u" }],
      { "./self.yaml": self },
    );
    expect(issues).toEqual([]);
    expect([...analyzed!.workflows.keys()]).toEqual(["child@0.0.0", "file:./self.yaml"]);
  });

  test("a file that many nodes name is read once, also one that is not there", () => {
    const asked: string[] = [];
    const { load, locate } = loader({ "./child.yaml": child });
    const refs = ["./child.yaml", "./child.yaml", "././child.yaml", "./none.yaml", "./none.yaml"];
    const nodes = refs.map((ref, index) => ({ ...sub(ref), id: "abcde"[index] }));
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf(),
        base: "/w",
        loader: {
          locate,
          load(ref, base) {
            asked.push(ref);
            return load(ref, base);
          },
        },
      },
    );
    expect(asked).toEqual(["./child.yaml", "./none.yaml"]);
    expect(issues.map(({ nodeId, message }) => [nodeId, message])).toEqual([
      ["d", "no ./none.yaml"],
      ["e", "no ./none.yaml"],
    ]);
  });

  test("a file that is no blueprint is read once, however it is named", () => {
    let reads = 0;
    const issue = { code: "ICE_BLUEPRINT_SYNTAX", severity: "error", path: "", message: "no YAML" } as const;
    const { locate } = loader({});
    const nodes = ["./x.yaml", "././x.yaml", "./././x.yaml"].map((ref, index) => ({ ...sub(ref), id: "abc"[index] }));
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf(),
        base: "/w",
        loader: {
          locate,
          load() {
            reads += 1;
            return { ok: false, issues: [issue] };
          },
        },
      },
    );
    expect(reads).toBe(1);
    expect(issues.map(({ nodeId, message }) => [nodeId, message])).toEqual([
      ["a", "no YAML"],
      ["b", "no YAML"],
      ["c", "no YAML"],
    ]);
  });

  test("what is wrong with one is told at the reference", () => {
    const { issues } = analyze([sub("./bad.yaml")], { "./bad.yaml": { ...child, nodes: [echo("a", {}, after("b"))] } });
    expect(issues).toMatchObject([
      {
        code: "ICE_DEPENDENCY_UNKNOWN",
        path: "/nodes/0/workflowRef",
        nodeId: "s",
        message: expect.stringContaining("./bad.yaml"),
      },
    ]);
  });

  test("only a blueprint that comes from a file names files; the loader is not asked for others", () => {
    const asked: string[] = [];
    const spying: BlueprintLoader = {
      locate: (ref) => ref,
      load: (ref) => {
        asked.push(ref);
        return { ok: true, base: ref, data: child };
      },
    };
    const naming = { schemaVersion: "ice/v1", name: "registered", nodes: [sub("./x.yaml")] };
    const runtime = runtimeOf((registry) => registry.workflows.register(naming));
    const codesOf = (nodes: unknown[], base: string | undefined) =>
      analyzeBlueprint(
        { schemaVersion: "ice/v1", name: "w", nodes },
        { runtime, loader: spying, ...(base !== undefined && { base }) },
      ).issues.map(({ code }) => code);
    for (const ref of ["./x.yaml", "../x.yaml", "/x.yaml", "./x.ts#y"])
      expect(codesOf([sub(ref)], undefined), ref).toEqual(["ICE_FILE_DENIED"]);
    expect(codesOf([sub("registered")], "/w.yaml")).toEqual(["ICE_FILE_DENIED"]);
    expect(asked).toEqual([]);
    expect(codesOf([sub("./x.yaml")], "/w.yaml")).toEqual([]);
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes: [sub("./x.yaml")] },
      { runtime: runtimeOf(), base: "/w.yaml" },
    );
    expect(issues).toMatchObject([{ code: "ICE_SERVICE_MISSING" }]);
  });

  test("an unknown name has a suggestion, a missing file says so", () => {
    expect(analyze([sub("chidl")], {}).issues).toMatchObject([
      { code: "ICE_WORKFLOW_UNKNOWN", fix: 'did you mean "child"?' },
    ]);
    expect(analyze([sub("./x.yaml")], {}).issues).toMatchObject([
      { code: "ICE_WORKFLOW_UNKNOWN", message: "no ./x.yaml" },
    ]);
  });

  test("their number is bounded", () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`./${index}.yaml`, { ...child, nodes: [sub(`./${index + 1}.yaml`)] }]),
    );
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes: [sub("./0.yaml")] },
      { runtime: runtimeOf(), loader: loader(files), base: "/w", limits: { maxWorkflows: 5 } },
    );
    expect(issues).toMatchObject([{ code: "ICE_BLUEPRINT_LIMIT" }]);
  });
});

test("a registered type takes templates where it wants numbers; by name alone it takes any field", () => {
  const typed = defineNode({ type: "typed", config: z.object({ n: z.number() }) });
  const runtime = runtimeOf((registry) => {
    registerNode(typed, () => null, { runtime: registry });
    registerNode("loose", () => null, { runtime: registry });
  });
  expect(
    issuesOf(
      [echo("a"), { id: "b", type: "typed", n: "{{ a.n }}" }, { id: "c", type: "loose", anything: ["{{ b }}"] }],
      { runtime },
    ),
  ).toEqual([]);
  expect(issuesOf([{ id: "b", type: "typed", n: "many" }], { runtime })).toMatchObject([
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/n" },
  ]);
});

test("the JSON Schema of blueprints has every type, with recursion by reference", () => {
  const schema = blueprintJsonSchema(Object.values(builtinNodes)) as {
    $defs: Record<string, { properties: Record<string, unknown> }>;
    properties: Record<string, unknown>;
  };
  expect(Object.keys(schema.$defs)).toHaveLength(Object.keys(builtinNodes).length + 1);
  expect(schema.$defs["loopNode"]!.properties["body"]).toMatchObject({
    type: "array",
    items: { $ref: "#/$defs/node" },
  });
  expect(schema.properties["nodes"]).toMatchObject({ items: { $ref: "#/$defs/node" } });
  for (const definition of Object.values(builtinNodes))
    for (const [name, field] of Object.entries(
      nodeJsonSchema(definition)["properties"] as Record<string, { description?: string }>,
    ))
      if (name !== "type")
        expect([definition.type, name, typeof field.description]).toEqual([definition.type, name, "string"]);
});

describe("size", () => {
  const time = (work: () => void): number => {
    const started = cpuTimeMs();
    work();
    return cpuTimeMs() - started;
  };
  const limits = { maxNodes: 1_000_000 };
  test("10,000 nodes with templates and dependencies", () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) =>
      echo(`n${index}`, index < 2 ? {} : { v: `{{ n${index - 1}.v }}` }, index < 2 ? {} : after(`n${index - 2}`)),
    );
    expect(time(() => expect(issuesOf(nodes)).toEqual([]))).toBeLessThan(2000);
  });

  test.each(largeBlueprints(20_000))(
    "20,000 nodes: %s, without overflow or quadratic time",
    (_name, nodes) => {
      expect(
        time(() => expect(analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), limits }).issues).toEqual([])),
      ).toBeLessThan(2000);
    },
    60_000,
  );

  test("a cycle of 10,000 is named in short", () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) =>
      echo(`n${index}`, {}, after(`n${(index + 9_999) % 10_000}`)),
    );
    const [issue] = issuesOf(nodes);
    expect(issue).toMatchObject({ code: "ICE_GRAPH_CYCLE", message: expect.stringContaining("…") });
  });
});

test("a graph has a cycle exactly when there is no topological order, and the cycle found is one", () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  fc.assert(
    fc.property(graph, (dependencies) => {
      const cycle = findCycle(dependencies);
      const done = new Set<number>();
      for (let before = -1; before !== done.size;) {
        before = done.size;
        for (const [node, needs] of dependencies.entries()) if (needs.every((need) => done.has(need))) done.add(node);
      }
      expect(cycle === undefined).toBe(done.size === dependencies.length);
      for (const [at, node] of (cycle ?? []).entries())
        expect(dependencies[cycle![(at + 1) % cycle!.length]!]).toContain(node);
      const around = dependencies.map((_, start) => {
        let reached = new Set([start]);
        for (let length = 1; length <= dependencies.length; length += 1) {
          reached = new Set([...reached].flatMap((node) => dependencies[node]!));
          if (reached.has(start)) return length;
        }
        return Infinity;
      });
      expect(cycle?.length ?? Infinity).toBe(Math.min(...around));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a ring of two is found beside and inside a ring of 9,990", () => {
  const ring = Array.from({ length: 9990 }, (_, node) => [(node + 1) % 9990]);
  expect(findCycle([...ring, [9991], [9990]])?.toSorted()).toEqual([9990, 9991]);
  const inside = ring.map((before) => [...before]);
  inside[5001]!.push(5000);
  expect(findCycle(inside)?.toSorted()).toEqual([5000, 5001]);
});

test("cycles are found in time, however many there are", () => {
  const dense = Array.from({ length: 1000 }, (_, node) =>
    Array.from({ length: 999 }, (_, other) => (node + other + 1) % 1000),
  );
  expect(findCycle(dense)).toHaveLength(2);
  const layers = Array.from({ length: 30 * 100 }, (_, node) =>
    node < 100
      ? node === 0
        ? [2900]
        : []
      : Array.from({ length: 100 }, (_, other) => (Math.floor(node / 100) - 1) * 100 + other),
  );
  expect(findCycle(layers)).toHaveLength(30);
});

test("the shortest cycle is named, in the direction of flow", () => {
  expect(findCycle([[1], [2], [3], [0], [5], [4]])).toHaveLength(2);
  expect(findCycle([[2], [0], [1]])).toEqual([0, 1, 2]);
});
