import { expect, test } from "vitest";
import { issuesOf, runtimeOf } from "../../test/analyze.ts";
import { IceError } from "../errors/ice-error.ts";
import { defineTool } from "../tools/define-tool.ts";

const find = defineTool({
  name: "find",
  args: {
    type: "object",
    properties: { q: { type: "string" }, limit: { type: "integer", minimum: 1 }, tags: { type: "array" } },
    required: ["q"],
    additionalProperties: false,
  },
  output: { type: "object", properties: { rows: { type: "integer" } }, additionalProperties: false },
  run: () => ({ rows: 1 }),
});
const runtime = () => runtimeOf(({ tools }) => tools.register("find", find as never));
const issues = (toolArgs: object, more: readonly object[] = []) =>
  issuesOf([{ id: "a", type: "tool", toolName: "find", toolArgs }, ...more], { runtime: runtime() });

test.each<[string, object, object[]]>([
  ["all right", { q: "x", limit: 2 }, []],
  [
    "a wrong type",
    { q: 5 },
    [{ path: "/nodes/0/toolArgs/q", message: 'tool "find": `q` must be a string, but is the number 5' }],
  ],
  ["a missing one", {}, [{ path: "/nodes/0/toolArgs/q", message: 'tool "find": `q` is missing' }]],
  ["an unknown one", { q: "x", p: 1 }, [{ path: "/nodes/0/toolArgs/p" }]],
  ["an unknown one with a template", { q: "x", p: "{{ 1 }}" }, [{ path: "/nodes/0/toolArgs/p" }]],
  ["a template in the place of a number", { q: "x", limit: "{{ 1 }}" }, []],
  [
    "a template for the whole, and a literal that is wrong",
    { q: "{{ 1 }}", limit: 0 },
    [{ path: "/nodes/0/toolArgs/limit" }],
  ],
  ["templates in a list", { q: "x", tags: ["{{ 1 }}"] }, []],
])("literal arguments against a JSON Schema: %s", (_name, args, expected) => {
  expect(issues(args)).toMatchObject(expected.map((issue) => ({ code: "ICE_TOOL_ARGS", nodeId: "a", ...issue })));
  expect(issues(args)).toHaveLength(expected.length);
});

test("paths into the output of such a tool are checked", () => {
  const reads = (path: string) => ({ id: "b", type: "tool", toolName: "echo", toolArgs: { x: `{{ ${path} }}` } });
  expect(issues({ q: "x" }, [reads("a.rows")])).toEqual([]);
  expect(issues({ q: "x" }, [reads("a.row")])).toMatchObject([{ code: "ICE_EXPRESSION_SCOPE", nodeId: "b" }]);
});

test("a tool that is missing for a known reason is reported with it", () => {
  const explained = runtimeOf(({ tools }) =>
    tools.explainMissing((name) =>
      name.startsWith("far.") ? new IceError("FAR", `The server of "${name}" is far.`, { fix: "go there" }) : undefined,
    ),
  );
  const nodes = [{ id: "a", type: "tool", toolName: "far.find" }];
  expect(issuesOf(nodes, { runtime: explained })).toMatchObject([
    { code: "FAR", path: "/nodes/0/toolName", message: 'the server of "far.find" is far', fix: "go there" },
  ]);
});
