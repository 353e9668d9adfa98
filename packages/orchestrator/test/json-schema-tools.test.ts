import { createRuntime, defineTool, ToolExecutionService, type Json, type JsonObject } from "@ice/core";
import { expect, test } from "vitest";
import { initializeOrchestrator } from "../src/index.ts";
import { runNodes } from "./run-nodes.ts";

const args = {
  type: "object",
  properties: { q: { type: "string" }, options: { type: "object", properties: {}, default: { deep: [1] } } },
  required: ["q"],
  additionalProperties: false,
} as const;
const tool = (run: (given: JsonObject) => unknown, output?: JsonObject) =>
  defineTool({ name: "find", args, run: run as (given: JsonObject) => Json, ...(output && { output }) });

/** Calls a tool of a runtime of its own. */
async function call(defined: ReturnType<typeof tool>, given: JsonObject): Promise<Json> {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, tools: [defined as never] });
  try {
    return await runtime.use(ToolExecutionService).execute("find", given);
  } finally {
    await close();
  }
}

test("arguments get the defaults of the schema, which cannot be changed", async () => {
  const seen: JsonObject[] = [];
  const find = tool((given) => {
    seen.push(given);
    expect(() => ((given["options"] as { deep: number[] }).deep[0] = 9)).toThrow(TypeError);
    return given;
  });
  expect(await call(find, { q: "x" })).toEqual({ q: "x", options: { deep: [1] } });
  expect(args.properties.options.default).toEqual({ deep: [1] });
});

test("arguments that do not match are refused before the tool runs", async () => {
  const never = tool(() => expect.unreachable());
  await expect(call(never, { q: 5 })).rejects.toMatchObject({
    code: "ICE_TOOL_ARGS",
    message: 'The arguments of the tool "find" are not valid: `q` must be a string, but is the number 5.',
    details: { tool: "find", issues: [{ path: ["q"] }] },
  });
  await expect(call(never, { q: "x", p: 1 })).rejects.toMatchObject({ details: { issues: [{ path: ["p"] }] } });
});

test("an output that does not match is reported, one that does gets its defaults", async () => {
  const output = { type: "object", properties: { n: { type: "integer" }, m: { default: 2 } }, required: ["n"] };
  expect(
    await call(
      tool(() => ({ n: 1 }), output),
      { q: "x" },
    ),
  ).toEqual({ n: 1, m: 2 });
  const wrong = tool(() => ({ n: "one" }), output);
  await expect(call(wrong, { q: "x" })).rejects.toMatchObject({
    code: "ICE_OUTPUT_INVALID",
    message: expect.stringContaining("`n` must be an integer"),
  });
  await expect(
    call(
      tool(() => ({ n: 1n }), output),
      { q: "x" },
    ),
  ).rejects.toMatchObject({ code: "ICE_OUTPUT_NOT_JSON" });
});

test("a node checks what its templates gave, and the list shows the schema", async () => {
  const find = tool(({ q }) => q);
  const nodes = [
    { id: "n", type: "tool", toolName: "echo", toolArgs: { v: 5 } },
    { id: "a", type: "tool", toolName: "find", toolArgs: { q: "{{ n.v }}" }, onError: "skip" },
  ] as const;
  const result = await runNodes(nodes, { start: { tools: [find as never] } });
  expect(result.nodes["a"]).toMatchObject({ error: { code: "ICE_TOOL_ARGS" } });
  const listed = result.test.runtime.use(ToolExecutionService).list();
  expect(listed.find(({ name }) => name === "find")?.args).toEqual(args);
});
