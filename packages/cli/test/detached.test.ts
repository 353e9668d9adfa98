import { describe, expect, test } from "vitest";
import { blueprint, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });
const detached = (workflowRef: string): object => ({
  id: "s",
  type: "workflow",
  workflowRef,
  detached: true,
  runId: "kid",
});
const sleep = (ms: number): object => ({ id: "x", type: "tool", toolName: "sleep", toolArgs: { ms } });

describe("a detached run", () => {
  test("ends before the command does, which has printed its own document by then", async () => {
    const files = {
      "w.json": blueprint([detached("./kid.json"), wait("w", { seconds: 0 })]),
      "kid.json": blueprint([sleep(300)]),
    };
    const { code, json, stderr, cwd } = await ice(["run", "w.json", "--run-id", "r", "--json"], { files });
    expect([code, json]).toMatchObject([0, { status: "completed", output: { s: { runId: "kid" } } }]);
    expect((json as { durationMs: number }).durationMs).toBeLessThan(300);
    expect(stderr).toContain("↗ s started the run kid\n");
    expect((await ice(["runs", "show", "kid", "--json"], { cwd })).json).toMatchObject({
      status: "completed",
      startedBy: { runId: "r", path: "s" },
    });
  });

  test("is left by Ctrl-C as the run of the command is, and can be resumed", async () => {
    const files = { "w.json": blueprint([detached("./kid.json")]), "kid.json": blueprint([sleep(3_600_000)]) };
    const onStderr = (text: string, interrupt: () => void): void => {
      if (text.startsWith("completed")) setTimeout(interrupt, 20);
    };
    const { code, cwd } = await ice(["run", "w.json", "--run-id", "r"], { files, onStderr });
    expect(code).toBe(130);
    expect((await ice(["runs", "show", "kid", "--json"], { cwd })).json).toMatchObject({ status: "interrupted" });
  });
});
