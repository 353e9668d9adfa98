import { expect, test } from "vitest";
import { fixWithCommands } from "./fix-with-commands.ts";

const commandLine = (...words: readonly string[]): string => `ice ${words.join(" ")} --store x`;

test.each<[code: string, fix: string | undefined, expected: string | undefined]>([
  [
    "ICE_RUN_NOT_FOUND",
    "list the stored runs with WorkflowExecutionService.list()",
    "list the stored runs: ice runs list --store x",
  ],
  [
    "ICE_STORE_FENCED",
    "look at the run with WorkflowExecutionService.show()",
    "look at the run: ice runs show r --store x",
  ],
  [
    "ICE_TOOL_ARGS",
    "see the arguments that the tool declares",
    "see the arguments that it declares: ice tools list --store x",
  ],
  ["ICE_SCHEMA_VERSION", "run it as a workflow", "use ice run FILE --store x (ice validate, ice graph)"],
  ["ICE_USAGE", "name a run: ice runs list", "name a run: ice runs list --store x"],
  ["ICE_MCP_CHANGED", "pin it again: ice mcp trust files", "pin it again: ice mcp trust files --store x"],
  ["ICE_MCP_UNTRUSTED", "pin all again: ice mcp trust", "pin all again: ice mcp trust --store x"],
  ["ICE_MCP_UNAVAILABLE", "try the server with ice doctor", "try the server with ice doctor --store x"],
  ["E_OF_A_TOOL", "pour it over ice and wait", "pour it over ice and wait"],
  ["ICE_NODE_FAILED", "see the arguments that the tool declares", "see the arguments that the tool declares"],
  ["ICE_USAGE", "write --input", "write --input"],
  ["ICE_USAGE", undefined, undefined],
])("%s: %s", (code, fix, expected) => {
  expect(fixWithCommands({ code, fix, runId: "r" }, commandLine)).toBe(expected);
});

test("a command that needs the id of a run is not made without one", () => {
  const fix = "look at the run with WorkflowExecutionService.show()";
  expect(fixWithCommands({ code: "ICE_STORE_FENCED", fix }, commandLine)).toBe(fix);
});
