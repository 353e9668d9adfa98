import { describe, expect, test } from "vitest";
import { after, echo, issuesOf } from "../../test/analyze.ts";

describe("issues, each with its position and a fix", () => {
  test.each<[string, unknown, object]>([
    ...["nodes[1]", "nodes[1].x", 'nodes["a b"]', "nodes[?1].hasValue()"].map((source): [string, unknown, object] => [
      `\`${source}\` names no node`,
      [echo("fetch"), echo("b", { x: `{{ ${source} }}` })],
      {
        code: "ICE_EXPRESSION_SCOPE",
        message: `\`nodes\` is a map with node ids as keys, and ${source.includes("1") ? "1" : '"a b"'} is not a valid id`,
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
        message: "`when`: It must return a boolean, but `5` always returns an integer.",
        fix: expect.stringContaining("write a comparison"),
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
      "a workflow file, named by a blueprint that was not loaded from a file",
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
});
