import { expect, test } from "vitest";
import { builtInTools, toolReference } from "../src/tool-reference.ts";

test("docs/reference/tools.md says what the tools say", async () => {
  await expect(await toolReference()).toMatchFileSnapshot("../../docs/reference/tools.md");
});

test("every built-in tool says what it does and what it gives", async () => {
  const tools = await builtInTools();
  expect(tools).toHaveLength(12);
  for (const { tool } of tools)
    expect([tool.description, tool.output]).toEqual([expect.any(String), expect.anything()]);
});
