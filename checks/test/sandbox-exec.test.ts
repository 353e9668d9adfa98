import { createRuntime } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { sandboxExec, sandboxTiers, type SandboxExecOptions } from "@ice/sandbox";
import { expect, test } from "vitest";

const jail = (await sandboxTiers()).find(({ tier }) => tier === "jail")!;

/** Runs `wc -w` over two words, in an engine whose owner allows these programs. */
async function countWords(options: SandboxExecOptions) {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, plugins: [sandboxExec(options)] });
  try {
    const workflow = new Workflow(
      [
        { id: "text", type: "tool", toolName: "echo", toolArgs: { words: "two words" } },
        {
          id: "count",
          type: "tool",
          toolName: "sandbox_exec",
          toolArgs: { program: "wc", args: ["-w"], stdin: "{{ text.words }}" },
        },
      ],
      { name: "jail", runtime },
    );
    return await workflow.execute();
  } finally {
    await close();
  }
}

test("a workflow runs a native program that the owner allows", async ({ skip }) => {
  skip(!jail.available, `there is no jail here: ${jail.fix}`);
  const { status, output } = await countWords({ programs: ["/usr/bin/wc"] });
  expect([status, output["count"]]).toEqual(["completed", { exitCode: 0, stdout: "2\n", stderr: "" }]);
});

test("a program ends with its node", async ({ skip }) => {
  skip(!jail.available, `there is no jail here: ${jail.fix}`);
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, plugins: [sandboxExec({ programs: ["/usr/bin/sleep"] })] });
  const toolArgs = { program: "sleep", args: ["60"] };
  const workflow = new Workflow(
    [{ id: "nap", type: "tool", toolName: "sandbox_exec", toolArgs, timeoutSeconds: 0.3 }],
    { name: "nap", runtime },
  );
  const { nodes } = await workflow.execute();
  expect(nodes["nap"]?.error?.code).toBe("ICE_NODE_TIMEOUT");
  await close();
});

test("without a jail the node is refused, and says what to do", async ({ skip }) => {
  skip(jail.available, "there is a jail here");
  const { nodes } = await countWords({ programs: ["/usr/bin/wc"] });
  expect(nodes["count"]?.error).toMatchObject({ code: "ICE_SANDBOX_DENIED", fix: expect.stringMatching(/\w/) });
});

test("a program that the owner does not allow is denied", async () => {
  const { nodes } = await countWords({ programs: ["/usr/bin/sort"] });
  expect(nodes["count"]?.error).toMatchObject({
    code: "ICE_SANDBOX_DENIED",
    message: 'The program "wc" is not allowed here.',
  });
});

test("an owner who allows nothing has no such tool", async () => {
  await expect(countWords({ programs: [] })).rejects.toMatchObject({
    details: { issues: [expect.objectContaining({ code: "ICE_TOOL_UNKNOWN" })] },
  });
});
