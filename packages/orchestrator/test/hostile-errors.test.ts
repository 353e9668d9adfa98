import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTool, IceError, RunStore, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { ended } from "./ended.ts";

/** Runs a tool that fails with what a server said, in a store on disk. */
async function failWith(details: unknown, more: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), "ice-errors-"));
  const refuse = defineTool({
    name: "refuse",
    args: z.object({}),
    run: () => {
      throw new IceError("X_REFUSED", "the server says no", { details: details as never, retryable: true });
    },
  });
  const { runtime, clock, close } = await createTestRuntime(initializeOrchestrator, {
    store: `sqlite:${join(folder, "ice.db")}`,
    tools: [refuse],
  });
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });
  const node = { id: "a", type: "tool", toolName: "refuse", ...more } as NodeInput;
  const result = await ended(new Workflow([node], { name: "w", runtime }).execute({}, { runId: "r" }), clock);
  return { result, stored: await runtime.use(RunStore).read("r") };
}

const said = String.raw`{"body":{"__proto__":{"admin":true},"\u005f_proto__":1,"why":"no"}}`;

test.each([
  ["fails the node", {}, "failed"],
  ["is retried", { retryPolicy: { maxAttempts: 3, backoffSeconds: 0 } }, "failed"],
  ["is skipped", { onError: "skip" }, "completed"],
  ["has a fallback", { onError: { output: 1 } }, "completed"],
])("an error with the key `__proto__` in its details %s, and the run stays readable", async (_, more, status) => {
  const { result, stored } = await failWith(JSON.parse(said), more);
  expect([result.status, stored.status]).toEqual([status, status]);
  expect(result.nodes["a"]!.error).toEqual({
    code: "X_REFUSED",
    message: "the server says no",
    path: "a",
    details: { body: { why: "no" } },
  });
});

test("details that are not JSON, or are nested too deeply, are dropped", async () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  for (const details of [{ deep }, { n: 1n }, { toJSON: () => 1 }])
    expect((await failWith(details)).result.error).not.toHaveProperty("details");
});
